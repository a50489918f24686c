//! Texts about a change that somebody made meanwhile.

use crate::ui::ago::Ago;
use domain::error::{Change, Field};
use leptos::prelude::*;

/// Returns who changed what this noun names, as a heading.
pub fn title(change: &Change, noun: &str) -> String {
    if change.own {
        format!("You changed this {noun} in another window")
    } else {
        format!("Someone else changed this {noun}")
    }
}

/// Renders who changed what and when, in a sentence.
pub fn html(change: &Change) -> String {
    let Change { by, at, now, own, fields, .. } = change;
    let who = if *own { "You".to_owned() } else { by.clone() };
    let what = match joined(fields) {
        what if what.is_empty() => "it".to_owned(),
        what => what,
    };
    let (at, now) = (*at, *now);
    view! { <b>{who}</b> {format!(" changed {what} ")} <Ago at now/> "." }.to_html()
}

/// Returns the fields in words: "the display name, the username and the password".
fn joined(fields: &[Field]) -> String {
    let words: Vec<_> = fields.iter().map(|field| noun(*field)).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns what a field holds, within a sentence.
fn noun(field: Field) -> &'static str {
    match field {
        Field::DisplayName => "the display name",
        Field::Secret => "the private key",
        Field::Repository => "the test repository",
        Field::KnownHosts => "the trusted host keys",
        Field::RegistryHost => "the registry host",
        Field::Username => "the username",
        Field::Password => "the password",
        Field::Image => "the image",
        Field::Branch => "the branch",
        Field::PullSecret => "the secret to use",
        _ => "other fields",
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
        assert_eq!(title(&change(true, &[]), "image"), "You changed this image in another window");
        assert_eq!(title(&change(false, &[]), "secret"), "Someone else changed this secret");
    }
}
