//! The documents of docs/, compiled to HTML when the portal was built.

use super::HELP;

include!(concat!(env!("OUT_DIR"), "/documents.rs"));

/// Documents that belong together.
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// The documents, in the order of the index.
    pub documents: &'static [Document],
}

/// A document, in English.
pub struct Document {
    /// The last part of its address.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Its purpose, in a few words, or nothing.
    pub about: &'static str,
    /// Everything below its heading, as HTML.
    pub html: &'static str,
}

impl Document {
    /// Returns the address of its page.
    pub fn address(&self) -> String {
        format!("{HELP}/{}", self.key)
    }
}

/// Returns the document with this name.
pub fn document(key: &str) -> Option<&'static Document> {
    GROUPS.iter().flat_map(|group| group.documents).chain([&INDEX]).find(|document| document.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::topic;

    #[test]
    fn document_has_an_address_that_no_guide_has() {
        let documents: Vec<_> = GROUPS.iter().flat_map(|group| group.documents).chain([&INDEX]).collect();
        assert!(documents.len() > 10);
        for each in documents {
            assert!(topic(each.key).is_none(), "{}", each.key);
            assert_eq!(document(each.key).map(|found| found.title), Some(each.title));
        }
        assert!(document("nothing").is_none());
    }
}
