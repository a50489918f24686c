//! Traces by OpenTelemetry, where its variables name a collector: a span for each request, and below it one for each read, each
//! transaction and each wait for the record of a read. A span has codes, routes and names of methods, and nothing that
//! somebody typed or stored.

mod collector;
mod requests;
mod sampling;
mod variables;

pub use requests::{RequestTraces, end};

use backend::TestConfig;
use cli::environment;
use collector::Collector;
use domain::sensitive::Sensitive;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use requests::Ids;
use sampling::OfRequests;
use std::{collections::HashMap, time::Duration};
use tracing::Metadata;
use variables::Variables;

/// The longest time that sending the last spans may take, when the server stops.
pub(crate) const END_TIMEOUT: Duration = Duration::from_secs(3);

/// The time of that which is left for ending.
const SEND_MARGIN: Duration = Duration::from_millis(500);

/// The name of this service, unless OpenTelemetry's variables give it another.
const SERVICE: &str = "latchkey";

/// The places in the code whose spans belong into a trace.
const TRACED: [&str; 3] = ["server::traces", "backend::db", "backend::access_log"];

/// The traces of this process.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    requests: RequestTraces,
}

impl Traces {
    /// Returns traces that are sent to a collector with these headers, if OpenTelemetry's variables name one. Within a tokio
    /// runtime, which sends them.
    ///
    /// Errors: a variable cannot be used; in words, without its value.
    pub fn find(config: &TestConfig, headers: Option<&Sensitive>) -> Result<Option<Self>, String> {
        let text = |name: &str| environment::variable(name)?.into_string().ok();
        let Some(variables) = Variables::parse(text)? else { return Ok(None) };
        let Variables { host, timeout, sampler, names_service, takes_over } = variables;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_timeout(timeout)
            .with_headers(headers.map(parsed).unwrap_or_default())
            .with_http_client(Collector::new(config, &host, timeout))
            .build()
            .map_err(|error| format!("OpenTelemetry's variables cannot be used: {error}"))?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_attribute(version);
        let resource = if names_service { resource } else { resource.with_service_name(SERVICE) };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_id_generator(Ids::default())
            .with_sampler(OfRequests(sampler))
            .with_resource(resource.build())
            .build();
        Ok(Some(Self { provider, requests: RequestTraces { takes_over } }))
    }

    /// Returns what makes spans.
    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer(SERVICE)
    }

    /// Returns what begins the spans of requests.
    pub fn requests(&self) -> RequestTraces {
        self.requests
    }

    /// Sends the last spans, for a bounded time.
    pub async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || {
            self.provider.shutdown_with_timeout(END_TIMEOUT.saturating_sub(SEND_MARGIN))
        });
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Parses headers, and leaves out what has no name or no value. Their values are still percent-encoded.
fn parsed(headers: &Sensitive) -> HashMap<String, String> {
    let pairs = headers.expose().split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Returns whether this is a span that belongs into a trace.
pub fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && TRACED.iter().any(|place| metadata.target().starts_with(place))
}
