//! The languages of the pages.

coded_enum! {
    /// A language of the pages, with its code (BCP 47) and its own name.
    #[derive(Default)]
    pub enum Language: code, own_name {
        /// Everything is written in English first. The API, the log and the command line have no other.
        #[default]
        English = "en", "English";
        /// Chinese, in traditional characters.
        TraditionalChinese = "zh-Hant", "繁體中文";
        /// English with accents, longer and in brackets, for tests.
        Pseudo = "en-XA", "Pseudo";
    }
}

impl Language {
    /// The languages that people choose from.
    pub const OFFERED: [Self; 2] = [Self::English, Self::TraditionalChinese];

    /// Returns the language of a tag that a browser sends, in any case. Chinese without a region, of the mainland or of
    /// Singapore is written in simplified characters, and does not count.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let (language, rest) = tag.split_once('-').unwrap_or((&tag, ""));
        let has = |subtags: &[&str]| rest.split('-').any(|subtag| subtags.contains(&subtag));
        match language {
            "en" if rest == "xa" => Some(Self::Pseudo),
            "en" => Some(Self::English),
            "zh" if has(&["hans"]) => None,
            "zh" if has(&["hant", "tw", "hk", "mo"]) => Some(Self::TraditionalChinese),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_tag_separates_traditional_from_simplified_chinese() {
        for tag in ["zh-TW", "zh-HK", "zh-mo", "zh-Hant", "ZH-HANT-TW", "zh-hant-hk"] {
            assert_eq!(Language::of_tag(tag), Some(Language::TraditionalChinese), "{tag}");
        }
        for tag in ["zh", "zh-CN", "zh-Hans", "zh-Hans-TW", "zh-SG", "de", "", "*", "eng", "tw"] {
            assert_eq!(Language::of_tag(tag), None, "{tag}");
        }
        for tag in ["en", "en-GB", "EN-us"] {
            assert_eq!(Language::of_tag(tag), Some(Language::English), "{tag}");
        }
        assert_eq!(Language::of_tag("en-XA"), Some(Language::Pseudo));
    }

    #[test]
    fn codes_are_tags_of_their_languages() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.code()), Some(language));
            assert_eq!(Language::parse(language.code()), Some(language));
        }
    }
}
