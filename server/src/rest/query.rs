//! The parameters of an address. Pages correct invalid parameters; for scripts they are errors.

use super::problem::Problem;
use domain::percent;

/// The parameters of a query, each name once.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the query of an address that accepts only these parameters.
    pub(super) fn read(text: Option<&str>, taken: &[&str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let unreadable =
                || Problem::parameter("query", "The query is not text in UTF-8, percent-encoded.");
            let name = percent::decode(name).ok_or_else(unreadable)?;
            let value = percent::decode(value).ok_or_else(unreadable)?;
            let Some(name) = taken.iter().find(|taken| **taken == name) else {
                let detail = format!("The query takes these parameters alone: {}.", taken.join(", "));
                return Err(Problem::parameter("query", detail));
            };
            if pairs.iter().any(|(other, _)| other == name) {
                return Err(Problem::parameter(name, "Send it once."));
            }
            pairs.push(((*name).to_owned(), value));
        }
        Ok(Self(pairs))
    }

    /// Returns the value of a parameter; an empty one counts as missing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Parses the value of a parameter.
    pub(super) fn parse<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        detail: &str,
    ) -> Result<Option<T>, Problem> {
        self.get(name).map(|value| read(value).ok_or_else(|| Problem::parameter(name, detail))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_rejects_unknown_parameters() {
        let taken = &["q", "size"];
        let query = Query::read(Some("q=a%20b&size="), taken).unwrap();
        assert_eq!((query.get("q"), query.get("size")), (Some("a b"), None));
        for bad in ["x=1", "q=1&q=2", "q=%ff"] {
            assert!(Query::read(Some(bad), taken).is_err(), "{bad}");
        }
        assert!(query.parse("q", |text| text.parse::<u8>().ok(), "a number").is_err());
    }
}
