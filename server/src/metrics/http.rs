//! Requests and their durations, by the route as the table of routes writes it: never by the address that was asked for.

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use tokio::time::Instant;

/// The limits of the histograms, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The route of whatever is not in the table: files, and addresses that lead nowhere.
pub const OTHER: &str = "other";

/// The route of the built files, whose names change with their contents.
const PACKAGE: &str = "/pkg/{file}";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

/// The metrics of requests. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Measured {
    metrics: HttpMetrics,
    route: RouteLabels,
    begun: Instant,
}

impl HttpMetrics {
    /// Registers everything. The names are public: they never change.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests, by route, method and status", self.requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time until the answer begins, by route and method",
            self.durations.clone(),
        );
    }

    /// Begins to measure a request.
    pub fn begin(&self, request: &Request) -> Measured {
        let route = RouteLabels { route: route(request).to_owned(), method: method(request.method()) };
        Measured { metrics: self.clone(), route, begun: Instant::now() }
    }
}

impl Measured {
    /// Measures the request, which was answered with this status.
    pub fn end(self, status: StatusCode) {
        let Self { metrics, route, begun } = self;
        metrics.durations.get_or_create(&route).observe(begun.elapsed().as_secs_f64());
        let RouteLabels { route, method } = route;
        metrics.requests.get_or_create(&RequestLabels { route, method, status: status.as_u16() }).inc();
    }
}

/// Returns the route as the table of routes writes it.
pub fn route(request: &Request) -> &str {
    match request.extensions().get::<MatchedPath>() {
        Some(path) if !path.as_str().starts_with("/pkg") => path.as_str(),
        _ if request.uri().path().starts_with("/pkg/") => PACKAGE,
        _ => OTHER,
    }
}

/// Returns the method, or the same word for all that no route knows.
pub fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}
