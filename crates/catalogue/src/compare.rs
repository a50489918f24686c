//! Compares the messages of two languages.

use crate::{
    message::{Kind, Messages},
    mistake::{Mistake, mistake},
};

/// Adds whatever the other language has more or less than the first, or otherwise.
pub(crate) fn compare(
    first: &Messages,
    other: &Messages,
    first_folder: &str,
    folder: &str,
    mistakes: &mut Vec<Mistake>,
) {
    for (id, message) in first {
        let Some(translated) = other.get(id) else {
            mistakes.push(mistake(&message.file, message.line, id, format!("is missing in {folder}")));
            continue;
        };
        let mut differs = |what: String| {
            mistakes.push(mistake(&translated.file, translated.line, id, what));
        };
        if translated.file.strip_prefix(folder) != message.file.strip_prefix(first_folder) {
            differs(format!("belongs into the file that is called as {}", message.file));
        }
        let (ours, theirs) = (message.placeholders(), translated.placeholders());
        let lacking: Vec<_> = ours.keys().filter(|name| !theirs.contains_key(*name)).collect();
        let more: Vec<_> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
        if !lacking.is_empty() || !more.is_empty() {
            differs(format!("other placeholders than in {first_folder}: lacks {lacking:?}, has {more:?}"));
        }
        for (name, kind) in &ours {
            let is_link = |kind: &Kind| *kind == Kind::Address;
            if theirs.get(name).is_some_and(|their| is_link(their) != is_link(kind)) {
                differs(format!("`{name}` is the address of a link in one language alone"));
            }
        }
        if message.tags() != translated.tags() {
            differs(format!("other tags than in {first_folder}: {:?}", translated.tags()));
        }
    }
    for (id, message) in other {
        if !first.contains_key(id) {
            let what = format!("is superfluous: {first_folder} has no such message");
            mistakes.push(mistake(&message.file, message.line, id, what));
        }
    }
}
