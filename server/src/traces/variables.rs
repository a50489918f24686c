//! The variables of OpenTelemetry that the portal reads by itself. Its libraries read the others: compression, the
//! resource, and when and how many spans are sent at once.

use axum::http::Uri;
use opentelemetry_sdk::trace::Sampler;
use std::time::Duration;

/// The longest time that sending spans may take, if no variable says it: as OpenTelemetry has it.
const TIMEOUT: Duration = Duration::from_secs(10);

const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];

/// The wishes of whoever set the variables.
#[derive(Debug)]
pub(super) struct Variables {
    /// The host of the collector.
    pub(super) host: String,
    /// The longest time that sending spans may take.
    pub(super) timeout: Duration,
    pub(super) sampler: Sampler,
    /// Whether they name this service.
    pub(super) names_service: bool,
    /// Whether a request goes on with the trace that its headers name.
    pub(super) takes_over: bool,
}

impl Variables {
    /// Parses the variables; `None` if they name no collector, or switch traces off. An empty one counts as unset.
    ///
    /// Errors: one of them cannot be used; in words, without its value, which may contain a password.
    pub(super) fn parse(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        let text = |name: &str| {
            let value = variable(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, text(name)?)));
        let lists = |name: &str, wanted: &str| {
            text(name).is_none_or(|list| list.split(',').any(|item| item.trim() == wanted))
        };
        let Some((name, endpoint)) = first(ENDPOINTS) else { return Ok(None) };
        let is_off = text("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is_off || !lists("OTEL_TRACES_EXPORTER", "otlp") {
            return Ok(None);
        }
        let host =
            host(&endpoint).ok_or_else(|| format!("{name} is no address such as http://collector:4318"))?;
        if let Some((name, protocol)) = first(PROTOCOLS)
            && protocol != "http/protobuf"
        {
            return Err(format!("{name} asks for another protocol than http/protobuf"));
        }
        let timeout = match first(TIMEOUTS) {
            None => TIMEOUT,
            Some((name, value)) => {
                let milliseconds = value.parse().ok().filter(|number| *number > 0);
                Duration::from_millis(
                    milliseconds.ok_or_else(|| format!("{name} is no number of milliseconds"))?,
                )
            }
        };
        let names_service = text("OTEL_SERVICE_NAME").is_some()
            || text("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
        Ok(Some(Self {
            host,
            timeout,
            sampler: sampler(text("OTEL_TRACES_SAMPLER"), text("OTEL_TRACES_SAMPLER_ARG"))?,
            names_service,
            takes_over: lists("OTEL_PROPAGATORS", "tracecontext"),
        }))
    }
}

/// Returns the host of an address.
fn host(endpoint: &str) -> Option<String> {
    let uri: Uri = endpoint.parse().ok()?;
    matches!(uri.scheme_str(), Some("http" | "https")).then(|| uri.host().map(str::to_owned)).flatten()
}

/// Returns the sampler of this name.
fn sampler(name: Option<String>, argument: Option<String>) -> Result<Sampler, String> {
    let name = name.unwrap_or_else(|| "parentbased_always_on".to_owned());
    let (follows_parent, rest) = match name.strip_prefix("parentbased_") {
        Some(rest) => (true, rest),
        None => (false, name.as_str()),
    };
    let sampler = match rest {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => {
            let ratio = argument.map_or(Some(1.0), |text| text.parse().ok());
            let ratio = ratio.filter(|ratio| (0.0..=1.0).contains(ratio));
            Sampler::TraceIdRatioBased(ratio.ok_or("OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1")?)
        }
        _ => return Err("OTEL_TRACES_SAMPLER names a sampler that is not known".to_owned()),
    };
    Ok(if follows_parent { Sampler::ParentBased(Box::new(sampler)) } else { sampler })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Option<Variables>, String> {
        Variables::parse(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const ALL: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");

    #[test]
    fn parse_follows_the_variables_of_opentelemetry() {
        assert!(parse(&[]).unwrap().is_none());
        assert!(parse(&[(ALL.0, " ")]).unwrap().is_none());
        let found = parse(&[ALL]).unwrap().unwrap();
        assert_eq!((found.host.as_str(), found.timeout, found.takes_over), ("a", TIMEOUT, true));
        assert!(!found.names_service && format!("{:?}", found.sampler).contains("AlwaysOn"), "{found:?}");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://[::1]/x");
        assert_eq!(parse(&[ALL, own]).unwrap().unwrap().host, "[::1]");
        for off in [
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_TRACES_EXPORTER", "console"),
        ] {
            assert!(parse(&[ALL, off]).unwrap().is_none(), "{off:?}");
        }
        let found = parse(&[
            ALL,
            ("OTEL_SDK_DISABLED", "false"),
            ("OTEL_TRACES_EXPORTER", "console, otlp"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2000"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=b,service.name=c"),
            ("OTEL_PROPAGATORS", "baggage,b3"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ]);
        let found = found.unwrap().unwrap();
        assert_eq!(
            (found.timeout, found.takes_over, found.names_service),
            (Duration::from_secs(2), false, true)
        );
        assert_eq!(format!("{:?}", found.sampler), "ParentBased(TraceIdRatioBased(0.25))");
    }

    #[test]
    fn parse_rejects_what_cannot_be_used_without_repeating_it() {
        for wrong in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "PLANTED:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://PLANTED"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "PLANTED"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "0"),
            ("OTEL_TRACES_SAMPLER", "PLANTED"),
        ] {
            let rest = if wrong.0 == ALL.0 { ("", "") } else { ALL };
            let error = parse(&[rest, wrong]).unwrap_err();
            assert!(error.contains(wrong.0) && !error.contains("PLANTED"), "{error}");
        }
        for argument in ["PLANTED", "1.5", "-0.1", "NaN"] {
            let sampler = ("OTEL_TRACES_SAMPLER", "traceidratio");
            let error = parse(&[ALL, sampler, ("OTEL_TRACES_SAMPLER_ARG", argument)]).unwrap_err();
            assert!(error.contains("OTEL_TRACES_SAMPLER_ARG"), "{error}");
        }
    }
}
