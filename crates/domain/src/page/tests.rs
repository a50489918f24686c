use super::*;
use crate::{connection_test::TestCause, secret::SecretId};
use proptest::prelude::*;

#[test]
fn list_query_parse_returns_nearest_valid_page() {
    let default = ListQuery::default();
    for query in [
        "",
        "?",
        "page=-1",
        "sort=password",
        "sort=",
        "after=x",
        "after=image-a",
        "after=image-a~x",
        "after=image-a~-5",
        "before=image-a~99999999999999999999",
        "type=SENTINEL",
        "status=SENTINEL",
        "unused=31",
        "expires=31",
        "needs=SENTINEL",
        "q=%ff",
        "q=%00%01",
        "size=x",
        "&&=&q&=x",
    ] {
        assert_eq!(ListQuery::parse(query), default, "{query}");
    }
    assert_eq!(ListQuery::parse("size=-1").size.rows(), 10);
    assert_eq!(ListQuery::parse("size=99999").size.rows(), 100);
    assert_eq!(ListQuery::parse("size=40").size.rows(), 50);
    assert_eq!(ListQuery::parse(&format!("q={}", "é".repeat(10_000))).search.chars().count(), 200);
    assert_eq!(ListQuery::parse("q=+a+b+").search, "a b");
}

#[test]
fn list_query_text_is_short_and_readable() {
    let query = ListQuery::default();
    assert_eq!(query.to_query_string(), "");
    let query = ListQuery::parse("sort=name&type=image-pull&q=a%26b&size=50&after=image-hub");
    assert_eq!(query.to_query_string(), "q=a%26b&type=image-pull&sort=name&size=50&after=image-hub");
    assert_eq!(
        query.sorted_by(SortColumn::Name).to_query_string(),
        "q=a%26b&type=image-pull&sort=-name&size=50"
    );
    assert_eq!(query.sorted_by(SortColumn::Updated).to_query_string(), "q=a%26b&type=image-pull&size=50");
    assert_eq!(ListQuery::parse("before=end").position, Position::Last);
}

/// Returns a page of one row among so many, with or without pages beside it.
fn page_of_one(count: u64, exact: bool, previous: bool, next: bool) -> SecretPage {
    let row = SecretSummary {
        id: SecretId::parse("image-a").unwrap(),
        display_name: "a".to_owned(),
        updated_at: Timestamp::from_micros(0),
        updated_by: "admin".to_owned(),
        registry_host: None,
        username: None,
        key: None,
        status: TestStatus::NotTested,
        cause: TestCause::NeverTested,
        used_by: 0,
        last_used: None,
        target: None,
        dates: crate::secret::Dates::none(Timestamp::from_micros(0)),
        key_pending: false,
    };
    let cursor = Cursor::at(&row, SortColumn::Name);
    SecretPage {
        rows: vec![row],
        total: Total { count, exact },
        previous: previous.then(|| cursor.clone()),
        next: next.then_some(cursor),
        now: Timestamp::from_micros(0),
    }
}

#[test]
fn list_query_rows_before_is_clamped_to_what_there_is() {
    let before = |query: &str, page: &SecretPage| ListQuery::parse(query).rows_before(page);
    let middle = page_of_one(35, true, true, true);
    assert_eq!(before("sort=name&after=image-a&at=20", &middle), 20);
    assert_eq!(before("sort=name&after=image-a&at=4000000000", &middle), 34);
    for invalid in ["at=-1", "at=99999999999", "at=x", ""] {
        assert_eq!(before(&format!("sort=name&after=image-a&{invalid}"), &middle), 0, "{invalid}");
    }
    assert_eq!(before("sort=name&before=image-a&at=7", &page_of_one(35, true, false, true)), 0);
    assert_eq!(before("sort=name&after=image-a&at=7", &page_of_one(35, true, true, false)), 34);
    assert_eq!(before("before=end&at=3", &page_of_one(35, true, true, false)), 34);
    assert_eq!(before("sort=name&after=image-a&at=2000", &page_of_one(1_000, false, true, true)), 2_000);
}

fn cursors(sort: SortColumn) -> impl Strategy<Value = Cursor> {
    let value = match sort {
        SortColumn::Name | SortColumn::Type => Just(CursorValue::InId).boxed(),
        SortColumn::DisplayName => "[^\0]{0,40}".prop_map(CursorValue::DisplayName).boxed(),
        SortColumn::Status => {
            prop::sample::select(TestStatus::ALL.to_vec()).prop_map(CursorValue::Status).boxed()
        }
        SortColumn::UsedBy => (0..=i32::MAX.unsigned_abs()).prop_map(CursorValue::UsedBy).boxed(),
        SortColumn::LastUsed => (0..=Timestamp::LAST.micros())
            .prop_map(|at| CursorValue::LastUsed(Timestamp::from_micros(at)))
            .boxed(),
        SortColumn::Expires => (0..=Timestamp::LAST.micros())
            .prop_map(|at| CursorValue::Expires(Timestamp::from_micros(at)))
            .boxed(),
        SortColumn::Updated => (0..=Timestamp::LAST.micros())
            .prop_map(|at| CursorValue::Updated(Timestamp::from_micros(at)))
            .boxed(),
    };
    ("(image|gitsync-secret)-[a-z0-9]{1,9}", value)
        .prop_map(|(id, value)| Cursor { id: SecretId::parse(&id).unwrap(), value })
}

fn queries() -> impl Strategy<Value = ListQuery> {
    let sort = prop::sample::select(SortColumn::ALL.to_vec());
    sort.prop_flat_map(|sort| {
        let position = prop_oneof![
            Just(Position::First),
            Just(Position::Last),
            cursors(sort).prop_map(Position::After),
            cursors(sort).prop_map(Position::Before),
        ];
        let direction = prop_oneof![Just(Direction::Ascending), Just(Direction::Descending)];
        let kind = prop::option::of(prop::sample::select(SecretKind::ALL.to_vec()));
        let status = prop::option::of(prop::sample::select(TestStatus::ALL.to_vec()));
        let unused = prop::option::of(prop::sample::select(UnusedDays::ALL.to_vec()));
        let expires = prop::option::of(prop::sample::select(Expires::ALL.to_vec()));
        let needs = prop::option::of(prop::sample::select(Need::ALL.to_vec()));
        let size = prop::sample::select(PageSize::ALL.to_vec());
        (any::<String>(), kind, status, (unused, expires, needs), direction, size, position, any::<u32>())
            .prop_map(
                move |(
                    search,
                    kind,
                    status,
                    (unused, expires, needs),
                    direction,
                    size,
                    position,
                    rows_before,
                )| {
                    ListQuery {
                        search: clean_search(&search),
                        kind,
                        status,
                        unused,
                        expires,
                        needs,
                        sort,
                        direction,
                        size,
                        rows_before: match position {
                            Position::First | Position::Last => 0,
                            Position::After(_) | Position::Before(_) => rows_before,
                        },
                        position,
                    }
                },
            )
    })
}

proptest! {
    #[test]
    fn list_query_parse_returns_what_was_formatted(query in queries()) {
        prop_assert_eq!(ListQuery::parse(&query.to_query_string()), query);
    }

    #[test]
    fn list_query_parse_never_panics(text in any::<String>()) {
        ListQuery::parse(&text);
    }
}

#[test]
fn is_narrowed_by_each_filter_alone() {
    let default = ListQuery::default();
    assert!(!default.is_narrowed());
    for query in ["q=x", "type=image-pull", "status=works", "unused=30", "expires=30"] {
        let narrowed = ListQuery::parse(query);
        assert!(narrowed.is_narrowed(), "{query}");
        assert!(!narrowed.widened().is_narrowed(), "{query}");
    }
}

#[test]
fn widened_and_with_position_keep_the_rest_of_the_list() {
    let query = ListQuery::parse("q=x&status=works&sort=-type&size=50");
    let (widened, last) = (query.widened(), query.with_position(Position::Last));
    assert_eq!((widened.sort, widened.direction, widened.size), (query.sort, query.direction, query.size));
    assert_ne!(widened.sort, ListQuery::default().sort);
    assert_eq!(last, ListQuery { position: Position::Last, ..query });
}

#[test]
fn clean_search_keeps_what_stands_after_leading_spaces() {
    let longest = "é".repeat(ListQuery::MAX_SEARCH_CHARS);
    let typed = format!("{}{longest}x", " ".repeat(ListQuery::MAX_SEARCH_CHARS));
    assert_eq!(clean_search(&typed), longest);
}
