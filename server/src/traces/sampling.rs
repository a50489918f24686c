//! The choice of traces that are sent.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};

/// Half of the bits of a trace's lower half.
const HALF: u32 = 32;

/// A sampler of traces that begin with a request; work that no request asked for is not traced.
#[derive(Clone, Debug)]
pub(super) struct OfRequests(pub(super) Sampler);

impl ShouldSample for OfRequests {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let begins = parent.is_none_or(|parent| !parent.span().span_context().is_valid());
        if begins && *kind != SpanKind::Server {
            return SamplingResult {
                decision: SamplingDecision::Drop,
                attributes: Vec::new(),
                trace_state: TraceState::NONE,
            };
        }
        let trace = if begins { random_bits_first(trace) } else { trace };
        self.0.should_sample(parent, trace, name, kind, attributes, links)
    }
}

/// Returns the id with its random bits where a sampler by ratio looks for them. Ids of requests have their version in
/// between, which would make all of them equal to it.
fn random_bits_first(trace: TraceId) -> TraceId {
    let number = u128::from_be_bytes(trace.to_bytes());
    let low = u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
    TraceId::from_bytes(u128::from(low.rotate_left(HALF)).to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags};

    fn is_sampled(sampler: &Sampler, parent: Option<&Context>, trace: TraceId, kind: &SpanKind) -> bool {
        let result = OfRequests(sampler.clone()).should_sample(parent, trace, "request", kind, &[], &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn ratio_counts_for_ids_of_requests() {
        let ids: Vec<TraceId> =
            (0..4_000).map(|_| TraceId::from_bytes(*backend::sortable_id().as_bytes())).collect();
        for ratio in [0.1, 0.5, 0.9] {
            let sampler = Sampler::TraceIdRatioBased(ratio);
            let kept = ids.iter().filter(|id| is_sampled(&sampler, None, **id, &SpanKind::Server)).count();
            // Five standard deviations of the widest of these.
            let expected = 4_000.0 * ratio;
            assert!((f64::from(u32::try_from(kept).unwrap()) - expected).abs() < 160.0, "{ratio}: {kept}");
        }
    }

    #[test]
    fn work_without_a_request_is_dropped_and_work_below_one_follows_it() {
        let on = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
        let trace = TraceId::from_bytes([7; 16]);
        assert!(is_sampled(&on, None, trace, &SpanKind::Server));
        assert!(!is_sampled(&on, None, trace, &SpanKind::Internal));
        assert!(!is_sampled(&on, Some(&Context::new()), trace, &SpanKind::Internal));
        for (flags, expected) in [(TraceFlags::SAMPLED, true), (TraceFlags::NOT_SAMPLED, false)] {
            let parent = SpanContext::new(trace, SpanId::from_bytes([1; 8]), flags, true, TraceState::NONE);
            let parent = Context::new().with_remote_span_context(parent);
            assert_eq!(is_sampled(&on, Some(&parent), trace, &SpanKind::Internal), expected);
        }
    }
}
