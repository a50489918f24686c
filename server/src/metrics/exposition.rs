//! The two texts in which Prometheus reads metrics.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// The older format of Prometheus, which everything else that reads metrics understands, and people.
    Text,
}

impl Format {
    /// Returns the format for this request: `OpenMetrics` if it is asked for.
    pub(super) fn wanted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let mut ranges = lines.flat_map(|line| line.split(','));
        let is_wanted = ranges.any(|range| {
            let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
            parts.next().is_some_and(|media| media == "application/openmetrics-text")
                && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
        });
        if is_wanted { Self::OpenMetrics } else { Self::Text }
    }

    /// Returns the type of the answer.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Returns an `OpenMetrics` text, with its end, in this format. The older one describes a counter under the name of its
    /// sample, and has no end.
    pub(super) fn of(self, open_metrics: String) -> String {
        if self == Self::OpenMetrics {
            return open_metrics;
        }
        let counters: Vec<&str> = open_metrics
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
            .collect();
        let mut text = String::with_capacity(open_metrics.len());
        for line in open_metrics.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT ")) {
            let described = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE "));
            match described.and_then(|rest| rest.split_once(' ')) {
                Some((name, rest)) if counters.contains(&name) => {
                    let begin = &line[.."# HELP ".len()];
                    text.extend([begin, name, "_total ", rest]);
                }
                _ => text.push_str(line),
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &[&str]) -> Format {
        let mut headers = HeaderMap::new();
        for line in accept {
            headers.append(ACCEPT, line.parse().unwrap());
        }
        Format::wanted(&headers)
    }

    #[test]
    fn wanted_is_open_metrics_only_on_request() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        for accept in [&[prometheus][..], &["text/plain", "Application/OpenMetrics-Text"]] {
            assert_eq!(wanted(accept), Format::OpenMetrics, "{accept:?}");
        }
        for accept in [&[][..], &["*/*"], &["text/html"], &["application/openmetrics-text;q=0, text/plain"]] {
            assert_eq!(wanted(accept), Format::Text, "{accept:?}");
        }
    }

    #[test]
    fn of_describes_counters_in_the_older_text_by_their_samples() {
        let text = "# HELP a Some.\n# TYPE a counter\n# UNIT a b\na_total{c=\"# EOF\"} 1\n# HELP d More.\n# TYPE d gauge\nd 2\n# EOF\n";
        assert_eq!(Format::OpenMetrics.of(text.to_owned()), text);
        let older = "# HELP a_total Some.\n# TYPE a_total counter\na_total{c=\"# EOF\"} 1\n# HELP d More.\n# TYPE d gauge\nd 2\n";
        assert_eq!(Format::Text.of(text.to_owned()), older);
    }
}
