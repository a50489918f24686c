//! Whatever counts and measures in this process.

use super::http::HttpMetrics;
use backend::Metrics;

/// The instruments of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Instruments {
    /// Those of requests.
    pub http: HttpMetrics,
    /// Those of services and the database.
    pub services: Metrics,
}
