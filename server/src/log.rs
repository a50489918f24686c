//! The log.

use crate::{
    config::{LogFormat, Settings},
    traces::is_traced,
};
use cli::environment;
use opentelemetry_sdk::trace::SdkTracer;
use std::io::IsTerminal;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{LevelFilter, filter_fn},
    fmt::{self, writer::BoxMakeWriter},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts the log, and traces if there is somebody to send them to. The server logs to standard output; a command leaves that
/// to its result.
///
/// Errors: the filter is invalid, in words.
pub fn start(settings: &Settings, serving: bool, tracer: Option<SdkTracer>) -> Result<(), String> {
    let filter = filter(&settings.log.log)?;
    let (output, is_terminal) = if serving {
        (BoxMakeWriter::new(std::io::stdout), std::io::stdout().is_terminal())
    } else {
        (BoxMakeWriter::new(std::io::stderr), std::io::stderr().is_terminal())
    };
    // Colours are noise in a file or a collector.
    let colours = is_terminal && environment::variable("NO_COLOR").is_none();
    // A full disk loses lines of the log. To report that on standard error, which often ends in the same file, would panic.
    let report = false;
    let is_json = settings.log.log_format == LogFormat::Json;
    let Some(tracer) = tracer else {
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(output)
            .with_ansi(colours)
            .log_internal_errors(report);
        if is_json {
            log.json().flatten_event(true).init();
        } else {
            log.init();
        }
        return Ok(());
    };
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_level(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(is_traced).with_max_level_hint(LevelFilter::DEBUG));
    let log = fmt::layer().with_writer(output).with_ansi(colours).log_internal_errors(report);
    let registry = tracing_subscriber::registry().with(spans);
    if is_json {
        registry.with(log.json().flatten_event(true).with_filter(filter)).init();
    } else {
        registry.with(log.with_filter(filter)).init();
    }
    Ok(())
}

/// Parses a filter. A single word has to be a level: `tracing` takes any other for a module, and would switch
/// everything else off.
fn filter(text: &str) -> Result<EnvFilter, String> {
    let text = text.trim();
    let text = if text.is_empty() { "info" } else { text };
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    for part in &parts {
        let is_word = !part.contains(['=', '[']);
        // An empty word would be taken for a level, and two parts around another mark for one module.
        let module = part.split(['=', '[']).next().unwrap_or_default();
        let is_module = module.chars().all(|char| char.is_alphanumeric() || "_-:.".contains(char));
        if part.is_empty()
            || !is_module
            || is_word && !part.contains("::") && part.parse::<LevelFilter>().is_err()
        {
            return Err(format!(
                "{part:?} is neither a level (error, warn, info, debug, trace, off) nor a filter such as info,backend=debug"
            ));
        }
    }
    EnvFilter::builder().parse(parts.join(",")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_rejects_mistakes_that_would_switch_the_log_off() {
        for text in ["", " ", "info", "INFO", " info\n", "info,backend=debug", "warn, backend=trace"] {
            let parsed = filter(text).unwrap();
            assert!(parsed.max_level_hint().is_some_and(|level| level >= LevelFilter::WARN), "{text:?}");
        }
        assert_eq!(filter("off").unwrap().max_level_hint(), Some(LevelFilter::OFF));
        for text in ["informational", "yes", "info,,", "backend", "info;backend=debug", "info,backend=loud"] {
            assert!(filter(text).is_err(), "{text:?}");
        }
    }
}
