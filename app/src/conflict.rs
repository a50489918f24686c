//! Texts about a change that somebody made meanwhile.

use crate::{
    texts::{self, Markup},
    ui::{ago::Ago, alert::Alert},
};
use domain::{
    error::{Change, Field},
    usage::UsageKind,
};
use leptos::prelude::*;

/// The object that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedObject {
    Secret,
    Usage(UsageKind),
    Channel,
    Rule,
}

/// Returns who changed the object, as a heading.
pub fn title(change: &Change, object: ChangedObject) -> &'static str {
    match (change.own, object) {
        (true, ChangedObject::Secret) => t!(conflict_own_secret),
        (true, ChangedObject::Usage(UsageKind::Image)) => t!(conflict_own_image),
        (true, ChangedObject::Usage(UsageKind::Dataset)) => t!(conflict_own_dataset),
        (true, ChangedObject::Channel) => t!(conflict_own_channel),
        (true, ChangedObject::Rule) => t!(conflict_own_rule),
        (false, ChangedObject::Secret) => t!(conflict_other_secret),
        (false, ChangedObject::Usage(UsageKind::Image)) => t!(conflict_other_image),
        (false, ChangedObject::Usage(UsageKind::Dataset)) => t!(conflict_other_dataset),
        (false, ChangedObject::Channel) => t!(conflict_other_channel),
        (false, ChangedObject::Rule) => t!(conflict_other_rule),
    }
}

/// Renders the conflict above the form with this id: who changed what, and the choice between that and what was entered.
pub fn alert(change: &Change, object: ChangedObject, form: &'static str) -> impl IntoView + use<> {
    let (title, said, version) = (title(change, object), html(change), change.version.to_string());
    view! {
        <Alert title>
            <p inner_html=said></p>
            <p>{t!(conflict_hint)}</p>
            <div class="choices">
                <a class="button" href="">
                    {t!(conflict_reload)}
                </a>
                <button class="danger" form=form name="overwrite" value=version>
                    {t!(conflict_overwrite)}
                </button>
            </div>
        </Alert>
    }
}

/// Renders who changed what and when, in a sentence.
pub fn html(change: &Change) -> String {
    let Change { by, at, now, own, fields, .. } = change;
    let (at, now, fields) = (*at, *now, joined(fields));
    let when = Markup::rendered(view! { <Ago at now/> });
    let said =
        if *own { t!(conflict_own, fields, when) } else { t!(conflict_other, by: by.as_str(), fields, when) };
    said.as_str().to_owned()
}

/// Returns the fields in words: "the display name, the username and the password".
fn joined(fields: &[Field]) -> String {
    if fields.is_empty() {
        return t!(conflict_it).to_owned();
    }
    texts::all_of(fields.iter().map(|field| noun(*field)))
}

/// Returns what a field holds, within a sentence.
fn noun(field: Field) -> &'static str {
    match field {
        Field::DisplayName => t!(conflict_display_name),
        Field::Secret => t!(conflict_private_key),
        Field::Repository => t!(conflict_test_repository),
        Field::KnownHosts => t!(conflict_known_hosts),
        Field::RegistryHost => t!(conflict_registry_host),
        Field::Username => t!(conflict_username),
        Field::Password => t!(conflict_password),
        Field::Image => t!(conflict_image),
        Field::Branch => t!(conflict_branch),
        Field::PullSecret => t!(conflict_pull_secret),
        _ => t!(conflict_other_fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;

    fn change(own: bool, fields: &[Field]) -> Change {
        let now = Timestamp::from_micros(0);
        Change { by: "<ben>".to_owned(), at: now, now, version: 3, own, fields: fields.to_vec() }
    }

    #[test]
    fn html_says_who_changed_what_and_when() {
        let shown = |own, fields: &[Field]| Owner::new().with(|| html(&change(own, fields)));
        let one = shown(false, &[Field::DisplayName]);
        assert!(one.contains("&lt;ben&gt;</b>") && one.contains(" changed the display name "), "{one}");
        assert!(one.contains("just now"), "{one}");
        let three = shown(true, &[Field::DisplayName, Field::Username, Field::Password]);
        assert!(
            three.contains("You</b>") && three.contains("the display name, the username and the password")
        );
        assert!(shown(false, &[]).contains(" changed it "));
    }

    #[test]
    fn title_says_whether_it_was_oneself() {
        assert_eq!(
            title(&change(true, &[]), ChangedObject::Usage(UsageKind::Image)),
            "You changed this image in another window"
        );
        assert_eq!(title(&change(false, &[]), ChangedObject::Secret), "Someone else changed this secret");
    }
}
