//! The numbers of the database, which is asked at most every few seconds: further scrapes get the same text.

use backend::{Backend, Ctx, DatabaseNumbers};
use domain::time::Timestamp;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode_registry},
    metrics::{counter::ConstCounter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{sync::atomic::AtomicU64, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long an answer of the database is shown.
const FRESH: Duration = Duration::from_secs(10);

/// The longest time that the database may take for its numbers, and then for a sign of life. Less than Prometheus waits.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The last answer.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Option<(Instant, Answer)>>);

/// An answer of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether the database answered.
    pub up: bool,
    /// The metrics as `OpenMetrics` text, without its end.
    pub text: String,
}

impl Cache {
    /// Returns the last answer, or asks again. Only one of several callers asks; the others wait for the same answer.
    pub(super) async fn get(&self, backend: &Backend, now: Timestamp, names: u32) -> Answer {
        let mut kept = self.0.lock().await;
        if let Some((at, answer)) = &*kept
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let ctx = Ctx::system("metrics", now);
        let answer = match timeout(TIMEOUT, backend.metrics().numbers(&ctx, names)).await {
            Ok(Ok(numbers)) => Answer { up: true, text: text(numbers) },
            // Nothing is shown of a sealed portal, and of one whose numbers take too long; its database may well answer.
            Err(_) | Ok(Err(_)) => Answer { up: answers(backend, &ctx).await, text: String::new() },
        };
        *kept = Some((Instant::now(), answer.clone()));
        answer
    }
}

/// Returns whether the database answers at all.
async fn answers(backend: &Backend, ctx: &Ctx) -> bool {
    timeout(TIMEOUT, backend.health(ctx)).await.is_ok_and(|health| health.is_ok())
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSecret {
    kind: String,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKey {
    key: String,
    active: &'static str,
}

/// A gauge of a time, in seconds.
type Seconds = Gauge<f64, AtomicU64>;

fn text(numbers: DatabaseNumbers) -> String {
    let mut registry = Registry::with_prefix("latchkey");
    let DatabaseNumbers { types, states, expiring, named, names_left_out, deliveries, audit, keys } = numbers;
    registry.register("secrets", "Secrets, by type", by("kind", types));
    registry.register(
        "secrets_in_state",
        "Secrets, by the state of their connection test; key-pending comes besides",
        by("state", states),
    );
    let within = expiring.into_iter().map(|(days, number)| (format!("{days}d"), number)).collect();
    registry.register(
        "secrets_expiring",
        "Secrets that expire within this time, without values that live no longer than a day, and without those that have expired: these are 0d",
        by("within", within),
    );
    let works = Family::<OfSecret, Gauge>::default();
    let [ends, changed, used] = [(); 3].map(|()| Family::<OfSecret, Seconds>::default());
    for secret in named {
        let labels = OfSecret { kind: secret.kind, name: secret.name };
        if let Some(does) = secret.works {
            works.get_or_create(&labels).set(i64::from(does));
        }
        if let Some(at) = secret.expires_at {
            ends.get_or_create(&labels).set(seconds(at));
        }
        changed.get_or_create(&labels).set(seconds(secret.changed_at));
        if let Some(at) = secret.used_at {
            used.get_or_create(&labels).set(seconds(at));
        }
    }
    registry.register(
        "secret_check_ok",
        "Whether the last connection test of a secret succeeded; absent without one since its last change",
        works,
    );
    registry.register("secret_expiry_timestamp_seconds", "The time after which a secret has expired", ends);
    registry.register(
        "secret_value_changed_timestamp_seconds",
        "The last change of a secret's value",
        changed,
    );
    registry.register("secret_last_used_timestamp_seconds", "The last read of a secret's value", used);
    registry.register(
        "secret_names_left_out",
        "Whether there are more secrets than metrics show by name",
        gauge(u64::from(names_left_out)),
    );
    registry.register(
        "notice_deliveries",
        "Deliveries of notices that are kept, by state; those that failed at least once and are tried again are retrying",
        by("state", deliveries),
    );
    registry.register("audit_records", "Records in the audit log", ConstCounter::new(audit.records));
    registry.register("audit_bytes", "Size of the audit log with its indexes", gauge(audit.bytes));
    if let Some(at) = audit.last_at {
        let last = Seconds::default();
        last.set(seconds(at));
        registry.register("audit_last_record_timestamp_seconds", "The last record in the audit log", last);
    }
    let values = Family::<OfKey, Gauge>::default();
    for key in keys {
        let active = if key.active { "yes" } else { "no" };
        values.get_or_create(&OfKey { key: key.id, active }).set(signed(key.values));
    }
    registry.register("sealed_values", "Stored values, by the key encryption key that seals them", values);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode_registry(&mut text, &registry);
    text
}

/// Returns numbers by one label.
fn by(label: &'static str, numbers: Vec<(String, u64)>) -> Family<[(&'static str, String); 1], Gauge> {
    let family = Family::<_, Gauge>::default();
    for (value, number) in numbers {
        family.get_or_create(&[(label, value)]).set(signed(number));
    }
    family
}

fn gauge(value: u64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(signed(value));
    gauge
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 are less than 2^53 until 2255")]
fn seconds(at: Timestamp) -> f64 {
    at.micros() as f64 / 1e6
}
