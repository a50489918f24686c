//! Names that a token may not have, because it would be mistaken for somebody or something else.

use crate::{context::Ctx, users::name_key};

/// The names of the portal and its parts as actors, and of its roles.
const RESERVED: [&str; 26] = [
    "admin",
    "administrator",
    "anonymous",
    "api",
    Ctx::COMMAND_LINE,
    "editor",
    "latchkey",
    "mail",
    "nobody",
    "operator",
    "portal",
    "reader",
    "root",
    "seed",
    "server",
    "single sign-on",
    "start",
    "sweep",
    "system",
    "the command line",
    "the portal",
    "the server",
    "token",
    "unknown user",
    "user",
    "you",
];

/// Returns what the name could be mistaken for, in the spelling in which names are compared: the whole name, and the text
/// after each "of", as in `token a of b of ana`.
pub(super) fn readings(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let after = words.iter().enumerate().filter(|(_, word)| name_key(word) == "of");
    let mut readings = vec![name_key(name)];
    readings.extend(after.map(|(place, _)| name_key(&words[place + 1..].concat())));
    readings.retain(|reading| !reading.is_empty());
    readings
}

/// Returns whether the name contains the word that separates the name of a token from its person.
pub(super) fn names_somebody(name: &str) -> bool {
    name.split_whitespace().any(|word| name_key(word) == "of")
}

/// Returns whether one of these readings is a name of the portal's own.
pub(super) fn is_reserved(readings: &[String]) -> bool {
    RESERVED.iter().any(|reserved| readings.contains(&name_key(reserved)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_reserved_recognizes_names_in_every_spelling() {
        for name in [
            "Command line",
            "commandline",
            "ｌａｔｃｈｋｅｙ",
            "Admin",
            "x of the portal",
            "a OF b of  System",
        ] {
            assert!(is_reserved(&readings(name)), "{name}");
        }
        for name in ["ci", "admin-deploy", "reader of charts", "of", "office"] {
            assert!(!is_reserved(&readings(name)), "{name}");
        }
        for (name, names) in
            [("a of b", true), ("Of", true), ("x ＯＦ y", true), ("office", false), ("off-of", false)]
        {
            assert_eq!(names_somebody(name), names, "{name}");
        }
    }
}
