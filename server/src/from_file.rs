//! The record of what the settings file gave, which one start of the program hands over to the next.

/// The settings file, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FromFile {
    /// The path; `None` without a file.
    pub path: Option<String>,
    /// The settings that came from it, by the names of their variables.
    pub names: Vec<String>,
    /// The reason why it could not be read.
    pub unreadable: Option<String>,
    /// The permissions of the file, if it holds a secret and everybody on this machine may read it.
    pub exposed: Option<String>,
    /// The names in it that nothing reads.
    pub foreign: Vec<String>,
}

impl FromFile {
    /// Returns a text for the start after this one.
    pub(crate) fn to_text(&self) -> String {
        let line = |text: &Option<String>| text.clone().unwrap_or_default().replace('\n', " ");
        let head = [line(&self.path), line(&self.unreadable), line(&self.exposed), self.foreign.join(",")];
        head.iter().chain(&self.names).fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        })
    }

    /// Parses that text.
    pub(crate) fn from_text(text: &str) -> Self {
        let mut lines = text.lines().map(str::to_owned);
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let (path, unreadable, exposed, foreign) = (line(), line(), line(), line());
        let foreign = foreign.map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default();
        Self { path, unreadable, exposed, foreign, names: lines.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_text_parses_what_to_text_wrote() {
        let none = FromFile::default();
        let names = vec!["DATABASE_URL".to_owned(), "LATCHKEY_ADDR".to_owned()];
        let foreign = vec!["PUBLIC_URL".to_owned(), "X".to_owned()];
        let read = FromFile {
            path: Some("/etc/a.conf".to_owned()),
            names,
            unreadable: None,
            exposed: Some("644".to_owned()),
            foreign,
        };
        let bad = FromFile { unreadable: Some("line 3".to_owned()), ..none.clone() };
        for file in [none, read, bad] {
            assert_eq!(FromFile::from_text(&file.to_text()), file);
        }
    }
}
