//! The spans of requests, and the ids of their traces.

use crate::metrics::http::{method, route};
use axum::{extract::Request, http::StatusCode};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator,
    trace::{SpanContext, SpanId, TraceContextExt, TraceId, TraceState},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator},
};
use std::cell::Cell;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

thread_local! {
    /// The id of the trace that this thread begins next.
    static NEXT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// The beginning of traces, one for each request.
#[derive(Clone, Copy, Debug)]
pub struct RequestTraces {
    /// Whether a request goes on with the trace that its headers name.
    pub(super) takes_over: bool,
}

impl RequestTraces {
    /// Begins the span of a request, within the trace of the caller if its headers name one. Otherwise the id of the request
    /// is that of the trace.
    pub fn begin(self, request: &Request, request_id: Uuid) -> Span {
        let (route, method) = (route(request), method(request.method()));
        let span = tracing::debug_span!(
            "request",
            otel.name = format!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            error.type = Empty,
            request_id = %request_id,
        );
        if let Some(caller) = self.takes_over.then(|| caller(request)).flatten() {
            // Fails only if the span is not traced.
            let _ = span.set_parent(Context::new().with_remote_span_context(caller));
        } else {
            NEXT.set(Some(TraceId::from_bytes(*request_id.as_bytes())));
            // Gives the span its ids.
            let _ = span.context();
            NEXT.set(None);
        }
        span
    }
}

/// Returns the span of the caller, without its `tracestate`, which is a text of the caller's.
fn caller(request: &Request) -> Option<SpanContext> {
    let found = TraceContextPropagator::new()
        .extract_with_context(&Context::new(), &HeaderExtractor(request.headers()));
    let span = found.span();
    let caller = span.span_context();
    caller.is_valid().then(|| {
        SpanContext::new(caller.trace_id(), caller.span_id(), caller.trace_flags(), true, TraceState::NONE)
    })
}

/// Notes the status of the answer.
pub fn end(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}

/// Makes the ids of spans and, unless a request gives its own, of traces.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        NEXT.take().unwrap_or_else(|| self.0.new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}
