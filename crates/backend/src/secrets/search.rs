//! The words of a search.

use domain::secret::SecretKind;

/// The most words of a search that are looked for.
const MAX_WORDS: usize = 8;

/// The fewest characters of a fingerprint that are taken for one.
const FINGERPRINT_CHARS: usize = 8;

/// The start of a fingerprint.
const ALGORITHM: &str = "SHA256:";

/// A word of a search, and what else it may be than a part of the texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The pattern for the texts that are searched.
    pub(super) pattern: String,
    /// The type and the start of the name, if the word begins like an id.
    pub(super) id: Option<(SecretKind, String)>,
    /// The pattern for fingerprints, if the word looks like a part of one.
    pub(super) fingerprint: Option<String>,
}

/// Returns the words of a search.
pub(super) fn parse(search: &str) -> Vec<Word> {
    let word = |word: &str| Word {
        pattern: pattern(&word.to_lowercase()),
        id: id(word),
        fingerprint: fingerprint(word),
    };
    search.split_whitespace().take(MAX_WORDS).map(word).collect()
}

/// Returns the words of a search, each as a pattern.
pub(crate) fn patterns(search: &str) -> Vec<String> {
    search.split_whitespace().take(MAX_WORDS).map(|word| pattern(&word.to_lowercase())).collect()
}

/// Returns a pattern that matches the text itself, anywhere.
fn pattern(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

fn id(word: &str) -> Option<(SecretKind, String)> {
    SecretKind::ALL.into_iter().find_map(|kind| {
        let name = word.strip_prefix(kind.id_prefix())?;
        (!name.is_empty()).then(|| (kind, name.to_owned()))
    })
}

fn fingerprint(word: &str) -> Option<String> {
    let prefix = word.get(..ALGORITHM.len()).filter(|prefix| prefix.eq_ignore_ascii_case(ALGORITHM));
    let part = if prefix.is_some() { &word[ALGORITHM.len()..] } else { word };
    let is_base64 = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    // Names are lower case, and a part of a fingerprint hardly ever is.
    let is_mixed = part.bytes().any(|byte| byte.is_ascii_uppercase())
        && part.bytes().any(|byte| byte.is_ascii_lowercase());
    // Fewer characters than a trigram has would be looked for in every key.
    let enough = part.len() >= FINGERPRINT_CHARS && is_mixed || prefix.is_some() && part.len() >= 3;
    (is_base64 && enough).then(|| pattern(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_patterns_that_take_every_character_literally() {
        assert_eq!(patterns(" 100%  A_b c\\d "), ["%100\\%%", "%a\\_b%", "%c\\\\d%"]);
        assert_eq!(patterns(&"a ".repeat(20)).len(), MAX_WORDS);
    }

    #[test]
    fn words_that_begin_like_an_id_name_the_secret() {
        let id = |text| parse(text).remove(0).id;
        assert_eq!(id("image-harbor"), Some((SecretKind::ImagePull, "harbor".to_owned())));
        assert_eq!(id("gitsync-secret-a"), Some((SecretKind::GitDataset, "a".to_owned())));
        for text in ["image-", "image", "an-image-a", "harbor"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn words_that_look_like_a_fingerprint_are_looked_for_as_they_are() {
        let fingerprint = |text| parse(text).remove(0).fingerprint;
        for (text, part) in [
            ("SHA256:zU3N84XG7bv", "%zU3N84XG7bv%"),
            ("sha256:zU3N84", "%zU3N84%"),
            ("zU3N84XG7bv", "%zU3N84XG7bv%"),
            ("zU3N+/XG7bv", "%zU3N+/XG7bv%"),
        ] {
            assert_eq!(fingerprint(text).as_deref(), Some(part), "{text}");
        }
        for text in [
            "SHA256:",
            "SHA256:zU",
            "SHA256:a%",
            "zU3N",
            "harbor-production",
            "production",
            "PRODUCTION",
            "Größe-Eins",
        ] {
            assert_eq!(fingerprint(text), None, "{text}");
        }
    }
}
