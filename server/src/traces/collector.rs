//! Sends spans to the collector, by the portal's one outgoing client.

use async_trait::async_trait;
use axum::{
    body::Bytes,
    http::{Request, Response},
};
use backend::{NamedHostClient, TestConfig};
use opentelemetry_http::{HttpClient, HttpError};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// The collector, which is asked on the runtime, because the thread that has spans sent has none.
#[derive(Debug)]
pub(super) struct Collector {
    client: NamedHostClient,
    runtime: Handle,
    timeout: Duration,
    /// Whether the last attempt failed: the log says so once.
    failing: AtomicBool,
}

impl Collector {
    /// Returns the collector on this host. Within a tokio runtime.
    pub(super) fn new(config: &TestConfig, host: &str, timeout: Duration) -> Self {
        let client = NamedHostClient::new(config, host);
        Self { client, runtime: Handle::current(), timeout, failing: AtomicBool::default() }
    }

    fn note(&self, failure: Option<&str>) {
        let failed_before = self.failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(cause) if !failed_before => {
                tracing::warn!(
                    cause,
                    "traces cannot be sent; spans are dropped until the collector takes them"
                );
            }
            None if failed_before => tracing::info!("traces are sent again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, limit) = (self.client.clone(), self.timeout);
        let sent = self.runtime.spawn(async move { timeout(limit, client.send(request)).await });
        let answer = match sent.await {
            Ok(Ok(answer)) => answer.map_err(domain::connection_test::TestCause::as_str),
            Ok(Err(_)) => Err("timed-out"),
            Err(_) => Err("the server stops"),
        };
        match &answer {
            Ok(answer) if answer.status().is_success() => self.note(None),
            Ok(answer) => self.note(Some(&format!("status {}", answer.status().as_u16()))),
            Err(cause) => self.note(Some(cause)),
        }
        Ok(answer?)
    }
}
