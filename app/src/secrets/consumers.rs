//! The consumers of a secret, on its pages.

use crate::{
    ssr,
    texts::Markup,
    ui::{ago::Ago, icon::icon, rendered::rendered},
    usages::list::usage_address,
};
use domain::{
    access::Role,
    secret::SecretId,
    usage::{SecretConsumers, TokenConsumer, UsageKind, UsageQuery},
};
use leptos::{either::Either, prelude::*};

/// Returns the number of consumers in words; `None` without consumers.
pub fn count_words(users: &SecretConsumers, kind: UsageKind) -> Option<String> {
    count_words_of(users.usage_count, users.reader_count, kind)
}

/// Returns the number of images or datasets, and of API tokens, in words.
pub fn count_words_of(usage_count: u32, reader_count: u32, kind: UsageKind) -> Option<String> {
    let usages = (usage_count > 0).then(|| match kind {
        UsageKind::Image => t!(consumers_images, count: usage_count),
        UsageKind::Dataset => t!(consumers_datasets, count: usage_count),
    });
    let tokens = (reader_count > 0).then(|| t!(consumers_tokens, count: reader_count));
    match (usages, tokens) {
        (Some(usages), Some(tokens)) => Some(t!(consumers_and, usages, tokens)),
        (usages, tokens) => usages.or(tokens),
    }
}

/// The list of consumers: images or datasets, and API tokens that read the value.
#[component]
pub fn ConsumerList(users: SecretConsumers, id: SecretId) -> impl IntoView {
    let SecretConsumers { usages, usage_count, readers, reader_count, now, .. } = users;
    let kind = UsageKind::of(id.kind);
    let more_usages = usages.len() < usage_count as usize;
    let more_readers = reader_count as usize - readers.len().min(reader_count as usize);
    let usages = usages
        .into_iter()
        .map(|(kind, name)| {
            let (address, name) = (usage_address(kind, &name), name.as_str());
            let said = match kind {
                UsageKind::Image => t!(consumers_image, address, name),
                UsageKind::Dataset => t!(consumers_dataset, address, name),
            };
            view! { <li>{said}</li> }
        })
        .collect_view();
    let all = more_usages.then(|| {
        let address = UsageQuery { secret: Some(id), ..UsageQuery::default() }.address(kind);
        let words = match kind {
            UsageKind::Image => t!(consumers_all_images, count: usage_count),
            UsageKind::Dataset => t!(consumers_all_datasets, count: usage_count),
        };
        view! {
            <li>
                <a href=address>{words}</a>
            </li>
        }
    });
    let readers = readers
        .into_iter()
        .map(|TokenConsumer { id, name, owner, last_read_at, reads, revoked, .. }| {
            let owner = owner.unwrap_or_else(|| t!(consumers_command_line).to_owned());
            let when = Markup::rendered(view! { <Ago at=last_read_at now/> });
            let days = SecretConsumers::READ_DAYS;
            let said = if revoked {
                t!(consumers_token_revoked, name, owner, when, reads, days)
            } else {
                t!(consumers_token, name, owner, when, reads, days)
            };
            view! { <li title=id>{said}</li> }
        })
        .collect_view();
    rendered(view! {
        <ul class="users-of-secret">
            {usages} {all} {readers}
            {(more_readers > 0).then(|| view! { <li>{t!(consumers_more_tokens, count: more_readers)}</li> })}
        </ul>
    })
}

/// The section of a secret's pages.
#[component]
pub fn ConsumersSection(users: SecretConsumers, id: SecretId) -> impl IntoView {
    let kind = UsageKind::of(id.kind);
    let days = SecretConsumers::READ_DAYS;
    let (none, add) = match kind {
        UsageKind::Image => (t!(consumers_no_image, days), t!(consumers_add_image)),
        UsageKind::Dataset => (t!(consumers_no_dataset, days), t!(consumers_add_dataset)),
    };
    let body = match count_words(&users, kind) {
        Some(_) => Either::Left(view! { <ConsumerList users id/> }),
        None => Either::Right(view! {
            <p class="hint">
                {none} " "
                {ssr::may(Role::Editor)
                    .then(|| view! { <a href=format!("{}/new", kind.list())>{add}</a> })}
            </p>
        }),
    };
    rendered(view! {
        <section aria-labelledby="users-title">
            <h2 id="users-title">{t!(consumers_heading)}</h2>
            {body}
        </section>
    })
}

/// The warning above the form of a secret that is used.
#[component]
pub fn UsedWarning<'a>(
    users: &'a SecretConsumers,
    id: &'a SecretId,
    /// The page of the secret, which names the consumers.
    page: &'a str,
) -> impl IntoView + use<> {
    let address = format!("{page}#users-title");
    count_words(users, UsageKind::of(id.kind)).map(|consumers| {
        view! {
            <p class="warning in-use">
                {icon!("alert")}
                <span>{t!(consumers_warning, address, consumers)}</span>
            </p>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_words_are_singular_and_plural() {
        let words = |usage_count, reader_count| {
            let now = domain::time::Timestamp::from_micros(0);
            let users = SecretConsumers { usage_count, reader_count, ..SecretConsumers::nobody(now) };
            count_words(&users, UsageKind::Image)
        };
        assert_eq!(words(0, 0), None);
        assert_eq!(words(1, 0).as_deref(), Some("1 image"));
        assert_eq!(words(2, 1).as_deref(), Some("2 images and 1 API token"));
        assert_eq!(words(0, 3).as_deref(), Some("3 API tokens"));
    }
}
