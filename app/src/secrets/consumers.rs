//! The consumers of a secret, on its pages.

use crate::{
    ssr,
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
    let plural = |count: u32, noun: &str| match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        count => Some(format!("{count} {noun}s")),
    };
    let parts: Vec<String> = [plural(usage_count, kind.as_str()), plural(reader_count, "API token")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// The list of consumers: images or datasets, and API tokens that read the value.
#[component]
pub fn ConsumerList(users: SecretConsumers, id: SecretId) -> impl IntoView {
    let SecretConsumers { usages, usage_count, readers, reader_count, now } = users;
    let kind = UsageKind::of(id.kind);
    let more_usages = usages.len() < usage_count as usize;
    let more_readers = reader_count as usize - readers.len().min(reader_count as usize);
    let usages = usages
        .into_iter()
        .map(|(kind, name)| {
            view! {
                <li>
                    {kind.label()} " "
                    <a href=usage_address(kind, &name)>
                        <code>{name.as_str().to_owned()}</code>
                    </a>
                </li>
            }
        })
        .collect_view();
    let all = more_usages.then(|| {
        let address = UsageQuery { secret: Some(id), ..UsageQuery::default() }.address(kind);
        view! {
            <li>
                <a href=address>{format!("All {usage_count} {}", kind.plural().to_lowercase())}</a>
            </li>
        }
    });
    let readers = readers
        .into_iter()
        .map(|TokenConsumer { id, name, owner, last_read_at, reads, revoked }| {
            let times = if reads == 1 { "once".to_owned() } else { format!("{reads} times") };
            view! {
                <li title=id>
                    "API token " <b>{name}</b> " of " {owner.unwrap_or_else(|| "the command line".to_owned())} ", last " <Ago at=last_read_at now/>
                    {format!(", {times} in {} days", SecretConsumers::READ_DAYS)}
                    {revoked.then_some(", revoked since")}
                </li>
            }
        })
        .collect_view();
    rendered(view! {
        <ul class="users-of-secret">
            {usages} {all} {readers}
            {(more_readers > 0).then(|| view! { <li>{format!("and {more_readers} more API tokens")}</li> })}
        </ul>
    })
}

/// The section of a secret's pages.
#[component]
pub fn ConsumersSection(users: SecretConsumers, id: SecretId) -> impl IntoView {
    let kind = UsageKind::of(id.kind);
    let body = match count_words(&users, kind) {
        Some(_) => Either::Left(view! { <ConsumerList users id/> }),
        None => Either::Right(view! {
            <p class="hint">
                {format!("No {} uses it, and no API token has taken its value out in {} days. ", kind.as_str(), SecretConsumers::READ_DAYS)}
                {ssr::may(Role::Editor)
                    .then(|| view! { <a href=format!("{}/new", kind.list())>{format!("Add {}", kind.as_str())}</a> })}
            </p>
        }),
    };
    rendered(view! {
        <section aria-labelledby="users-title">
            <h2 id="users-title">"Used by"</h2>
            {body}
        </section>
    })
}

/// The warning above the form of a secret that is used.
#[component]
pub fn UsedWarning<'a>(
    users: &'a SecretConsumers,
    id: &'a SecretId,
    /// The page that names the consumers; by default the current one.
    #[prop(default = "")]
    page: &'a str,
) -> impl IntoView + use<> {
    let named = format!("{page}#users-title");
    count_words(users, UsageKind::of(id.kind)).map(|words| {
        view! {
            <p class="warning in-use">
                {icon!("alert")}
                <span>
                    "Used by " <a href=named>{words}</a> ". Changes here affect all of them immediately."
                </span>
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
            let users =
                SecretConsumers { usages: Vec::new(), usage_count, readers: Vec::new(), reader_count, now };
            count_words(&users, UsageKind::Image)
        };
        assert_eq!(words(0, 0), None);
        assert_eq!(words(1, 0).as_deref(), Some("1 image"));
        assert_eq!(words(2, 1).as_deref(), Some("2 images and 1 API token"));
        assert_eq!(words(0, 3).as_deref(), Some("3 API tokens"));
    }
}
