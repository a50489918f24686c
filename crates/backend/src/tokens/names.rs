//! Names that a token may not have, because it would be taken for somebody or something else.

use crate::users::name_key;

/// What the portal calls itself and its parts where it names who did something, and its roles.
const RESERVED: [&str; 25] = [
    "admin",
    "administrator",
    "anonymous",
    "api",
    "command line",
    "editor",
    "latchkey",
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

/// Returns what the name could be taken for, in the spelling in which names are compared: the whole of it, and what stands after
/// each "of", as in `token a of b of ana`.
pub(super) fn readings(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let after = words.iter().enumerate().filter(|(_, word)| name_key(word) == "of");
    let mut readings = vec![name_key(name)];
    readings.extend(after.map(|(place, _)| name_key(&words[place + 1..].concat())));
    readings.retain(|reading| !reading.is_empty());
    readings
}

/// Whether the name has a word that reads as the one between the name of a token and its person.
pub(super) fn names_somebody(name: &str) -> bool {
    name.split_whitespace().any(|word| name_key(word) == "of")
}

/// Whether one of these readings is a name of the portal's own.
pub(super) fn is_reserved(readings: &[String]) -> bool {
    RESERVED.iter().any(|reserved| readings.contains(&name_key(reserved)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_portal_are_known_in_every_spelling() {
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
