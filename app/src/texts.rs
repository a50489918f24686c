//! The texts of the pages: a function for each message of `app/texts`, which `app/build.rs` has made of it, called by the macro
//! `t!`. A text that is not used is dead code, and does not compile.

use domain::{
    access::{Role, TokenScope},
    connection_test::TestStatus,
    error::Field,
    language::Language,
    page::Need,
    secret::SecretKind,
    time::{Age, Civil, Timestamp},
};
use leptos::{prelude::*, tachys::html::InertElement};
use std::{
    borrow::Cow,
    fmt::{Display, Write},
};

pub(crate) use messages::*;

#[deny(dead_code, reason = "a text that is not used is removed from the catalogue")]
#[allow(non_camel_case_types, clippy::all, clippy::pedantic, reason = "written by `app/build.rs`")]
#[allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::bare_urls,
    reason = "the first line of a text is its documentation, and no Markdown"
)]
mod messages {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// Returns a text in the language of the request: `t!(users_heading)`, or with placeholders `t!(users_count, count: 3, name)`.
/// It is a `&'static str` without placeholders, a `String` with some, and `Markup` if it has tags.
macro_rules! t {
    ($message:ident) => {
        $crate::texts::$message($crate::language::current())
    };
    ($message:ident, $($placeholders:tt)+) => {
        $crate::texts::$message($crate::language::current(), $crate::texts::$message { $($placeholders)+ })
    };
}

/// Returns the name of a role.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Reader => t!(role_reader),
        Role::Editor => t!(role_editor),
        Role::Admin => t!(role_admin),
    }
}

/// Returns what a role allows, to go on after the name of the role or of a person.
pub(crate) fn role_allows(role: Role) -> &'static str {
    match role {
        Role::Reader => t!(role_reader_allows),
        Role::Editor => t!(role_editor_allows),
        Role::Admin => t!(role_admin_allows),
    }
}

/// Returns the name of a token's scope.
pub(crate) fn scope(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::ReadMetadata => t!(scope_read_metadata),
        TokenScope::ReadValues => t!(scope_read_values),
        TokenScope::Write => t!(scope_write),
        TokenScope::ReadAudit => t!(scope_read_audit),
        TokenScope::ManageNotices => t!(scope_manage_notices),
    }
}

/// Returns what a scope allows.
pub(crate) fn scope_allows(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::ReadMetadata => t!(scope_read_metadata_allows),
        TokenScope::ReadValues => t!(scope_read_values_allows),
        TokenScope::Write => t!(scope_write_allows),
        TokenScope::ReadAudit => t!(scope_read_audit_allows),
        TokenScope::ManageNotices => t!(scope_manage_notices_allows),
    }
}

/// Returns the age: "3 days ago". A time in the future is "just now".
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    match at.age(now) {
        Age::Now => t!(time_now).to_owned(),
        Age::Minutes(count) => t!(time_minutes, count),
        Age::Hours(count) => t!(time_hours, count),
        Age::Days(count) => t!(time_days, count),
        Age::Months(count) => t!(time_months, count),
        Age::Years(count) => t!(time_years, count),
    }
}

/// Returns the exact time: "27 November 2026, 14:05 UTC".
pub(crate) fn exact(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, .. } = at.civil();
    let time = format!("{hour:02}:{minute:02}");
    t!(time_exact, day, month: month_name(month), year, time)
}

/// Returns the day: "27 November 2026".
pub(crate) fn date(at: Timestamp) -> String {
    let Civil { year, month, day, .. } = at.civil();
    t!(time_date, day, month: month_name(month), year)
}

/// Returns the day without its year: "27 November".
pub(crate) fn day(at: Timestamp) -> String {
    let Civil { month, day, .. } = at.civil();
    t!(time_day, day, month: month_name(month))
}

/// Returns the items, separated: "a, b, c".
pub(crate) fn list<T: Into<Cow<'static, str>>>(items: impl IntoIterator<Item = T>) -> String {
    let items = items.into_iter().map(|item| item.into().into_owned());
    items.reduce(|first, next| t!(page_comma, first, next)).unwrap_or_default()
}

/// Returns the items as a part of a sentence: "a, b and c".
pub(crate) fn all_of<T: Into<Cow<'static, str>>>(items: impl IntoIterator<Item = T>) -> String {
    let mut items: Vec<Cow<'static, str>> = items.into_iter().map(Into::into).collect();
    match (items.pop(), items.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last.into_owned(),
        (Some(last), false) => t!(page_and, first: list(items), last),
    }
}

/// Returns the name of a month, as it stands in a date.
fn month_name(number: u8) -> &'static str {
    match number {
        1 => t!(time_january),
        2 => t!(time_february),
        3 => t!(time_march),
        4 => t!(time_april),
        5 => t!(time_may),
        6 => t!(time_june),
        7 => t!(time_july),
        8 => t!(time_august),
        9 => t!(time_september),
        10 => t!(time_october),
        11 => t!(time_november),
        _ => t!(time_december),
    }
}

/// Returns the name of a type of secrets.
pub(crate) fn kind(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::GitDataset => t!(kind_git_dataset),
        SecretKind::ImagePull => t!(kind_image_pull),
    }
}

/// Returns the label of a field.
pub(crate) fn field(field: Field) -> &'static str {
    match field {
        Field::Name => t!(field_name),
        Field::DisplayName => t!(field_display_name),
        Field::Type => t!(field_type),
        Field::Secret => t!(field_secret),
        Field::Passphrase => t!(field_passphrase),
        Field::Repository => t!(field_repository),
        Field::KnownHosts => t!(field_known_hosts),
        Field::RegistryHost => t!(field_registry_host),
        Field::Username => t!(field_username),
        Field::Password => t!(field_password),
        Field::Image => t!(field_image),
        Field::ExpiresAt => t!(field_expires_at),
        Field::RenewEveryDays => t!(field_renew_every_days),
        Field::StopWhenExpired => t!(field_stop_when_expired),
        Field::Branch => t!(field_branch),
        Field::PullSecret => t!(field_pull_secret),
        Field::Confirmation => t!(field_confirmation),
        Field::RepeatPassword => t!(field_repeat_password),
        Field::CurrentPassword => t!(field_current_password),
        Field::Role => t!(field_role),
        Field::Scope => t!(field_scope),
        Field::Prefix => t!(field_prefix),
        Field::Secrets => t!(field_secrets),
        Field::Expiry => t!(field_expiry),
        Field::RevokeTokens => t!(field_revoke_tokens),
        Field::MailAddress => t!(field_mail_address),
        Field::TimeZone => t!(field_time_zone),
        Field::QuietTo => t!(field_quiet_to),
        Field::Preset => t!(field_preset),
        Field::Url => t!(field_url),
        Field::Channel => t!(field_channel),
        Field::Events => t!(field_events),
        Field::Kinds => t!(field_kinds),
        Field::Failures => t!(field_failures),
    }
}

/// Returns the name of a test status.
pub(crate) fn status(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Works => t!(status_works),
        TestStatus::Open => t!(status_open),
        TestStatus::Refused => t!(status_refused),
        TestStatus::Unreachable => t!(status_unreachable),
        TestStatus::HostKeyChanged => t!(status_host_key_changed),
        TestStatus::NotTested => t!(status_not_tested),
    }
}

/// Returns the name of what a secret needs a person to do.
pub(crate) fn need(need: Need) -> &'static str {
    match need {
        Need::Approval => t!(need_approval),
        Need::Test => t!(need_test),
        Need::Switch => t!(need_switch),
        Need::Renewal => t!(need_renewal),
        Need::Review => t!(need_review),
    }
}

/// A plural category of CLDR, for whole numbers in the languages of the pages.
#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plural {
    One,
    Other,
}

impl Plural {
    /// Returns the word of CLDR.
    #[cfg(test)]
    fn word(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Other => "other",
        }
    }
}

/// Returns the plural category of a number.
#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
fn plural(language: Language, number: u64) -> Plural {
    match (language, number) {
        (Language::English | Language::Pseudo, 1) => Plural::One,
        _ => Plural::Other,
    }
}

/// Returns the number with a comma after each three digits, as all languages of the pages write it.
#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number that a text counts.
#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
pub(crate) trait Number: Copy {
    /// Returns the number; one below zero counts as zero.
    fn number(self) -> u64;
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Number for $number {
            fn number(self) -> u64 {
                u64::try_from(self).unwrap_or_default()
            }
        })+
    };
}

numbers!(u16, u32, u64, usize, i64);

/// A text with tags, in HTML: everything that was put into it is escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Markup(Cow<'static, str>);

#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
impl Markup {
    const fn fixed(html: &'static str) -> Self {
        Self(Cow::Borrowed(html))
    }

    const fn of(html: String) -> Self {
        Self(Cow::Owned(html))
    }

    /// Returns what a view renders, for the placeholder of a text with tags.
    pub(crate) fn rendered(view: impl IntoView) -> Self {
        Self::of(view.to_html())
    }

    /// Returns the view, for an argument or a branch that has to be one; within `view!` the markup itself will do.
    pub(crate) fn view(self) -> InertElement {
        InertElement::new(self.0)
    }

    /// Returns the HTML.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl IntoRender for Markup {
    type Output = InertElement;

    fn into_render(self) -> InertElement {
        self.view()
    }
}

/// Whatever is put into a text with tags.
pub(crate) trait Part {
    /// Adds it to the HTML, escaped unless it is HTML itself.
    fn write(&self, html: &mut String);
}

impl Part for str {
    fn write(&self, html: &mut String) {
        html_escape::encode_double_quoted_attribute_to_string(self, html);
    }
}

impl Part for String {
    fn write(&self, html: &mut String) {
        self.as_str().write(html);
    }
}

impl Part for Markup {
    fn write(&self, html: &mut String) {
        html.push_str(&self.0);
    }
}

impl<T: Part + ?Sized> Part for &T {
    fn write(&self, html: &mut String) {
        (**self).write(html);
    }
}

/// Adds the tag that begins a link.
#[allow(dead_code, reason = "the catalogue need not have texts of every kind")]
fn link(html: &mut String, address: &impl Display) {
    html.push_str("<a href=\"");
    address.to_string().write(html);
    html.push_str("\">");
}

/// Adds a placeholder's text.
fn show(text: &mut String, placeholder: &impl Display) {
    // Writing to a text does not fail, and a value whose own text fails has shown what it could.
    _ = write!(text, "{placeholder}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const LANGUAGES: [Language; 2] = Language::OFFERED;

    /// Returns what Node prints for this script, which gets the codes of the languages and the numbers.
    fn intl(script: &str, numbers: &[u64]) -> Vec<String> {
        let codes = LANGUAGES.map(Language::code);
        let script = format!(
            "for (const language of {codes:?}) for (const number of {numbers:?}) console.log({script})"
        );
        let output = Command::new("node").args(["-e", &script]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn plural_agrees_with_intl() {
        let numbers: Vec<u64> = (0..=130).chain([1_000, 1_001, 1_000_000, 1_000_001]).collect();
        let ours = LANGUAGES.into_iter().flat_map(|language| {
            numbers.iter().map(move |number| plural(language, *number).word().to_owned())
        });
        let intl = intl("new Intl.PluralRules(language).select(number)", &numbers);
        assert_eq!(ours.collect::<Vec<_>>(), intl);
    }

    #[test]
    fn grouped_agrees_with_intl() {
        let numbers = [0, 7, 42, 999, 1_000, 12_345, 123_456, 1_234_567, 1_000_000_000];
        let ours = LANGUAGES.into_iter().flat_map(|_| numbers.map(grouped));
        let intl = intl("new Intl.NumberFormat(language).format(number)", &numbers);
        assert_eq!(ours.collect::<Vec<_>>(), intl);
    }

    #[tokio::test]
    async fn dates_agree_with_intl() {
        // A day of each month, at different times of the day.
        let days = (0..12).map(|month| 1_768_435_500 + month * 2_631_000).collect::<Vec<u64>>();
        let at = |seconds: u64| Timestamp::from_micros(i64::try_from(seconds).unwrap() * 1_000_000);
        let mut ours = Vec::new();
        for language in LANGUAGES {
            let all = async {
                days.iter().map(|seconds| (date(at(*seconds)), day(at(*seconds)))).collect::<Vec<_>>()
            };
            ours.extend(crate::language::within(language, all).await);
        }
        // English dates are the British ones: the day first.
        let format = |options: &str| {
            let script = format!(
                "new Date(number * 1000).toLocaleDateString(language === 'en' ? 'en-GB' : language, {{ timeZone: 'UTC', month: 'long', day: 'numeric', {options} }})"
            );
            intl(&script, &days)
        };
        let intl = format("year: 'numeric'").into_iter().zip(format("")).collect::<Vec<_>>();
        assert_eq!(ours, intl);
    }

    #[tokio::test]
    async fn exact_is_in_the_language_of_the_request() {
        let at = Timestamp::from_micros(1_795_476_245_000_000);
        assert_eq!(exact(at), "23 November 2026, 23:24 UTC");
        let chinese = crate::language::within(Language::TraditionalChinese, async { exact(at) }).await;
        assert_eq!(chinese, "2026年11月23日 23:24 UTC");
    }

    #[test]
    fn markup_escapes_whatever_is_put_into_it() {
        let name = "<script>\"&'";
        let text = sign_in_choose_lead(Language::English, sign_in_choose_lead { name });
        assert_eq!(text.as_str(), "For the user <b>&lt;script&gt;&quot;&amp;'</b>. This link works once.");
        let mut html = String::new();
        link(&mut html, &"/a?b=\"&c");
        assert_eq!(html, "<a href=\"/a?b=&quot;&amp;c\">");
    }

    #[test]
    fn texts_differ_by_language() {
        let texts = Language::ALL.map(frame_users);
        assert_eq!(texts, ["Users", "使用者", "[Ušéŕš]"]);
    }
}
