//! The state that requests are served with.

use crate::{
    forwarded::Forwarding, metrics::instruments::Instruments, status::Status, traces::RequestTraces,
};
use app::{portal::Portal, ssr::Assets};
use axum::extract::FromRef;
use backend::Backend;
use leptos::config::LeptosOptions;
use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

/// The state of a request, cheap to clone because each layer of the router clones it for each request.
#[derive(Clone)]
pub struct AppState(Arc<Served>);

/// The parts of the state. The backend is set once the database is there; the probes answer before that.
pub struct Served {
    pub portal: Portal,
    pub forwarding: Forwarding,
    draining: AtomicBool,
    pseudo_language: AtomicBool,
    logs_requests: AtomicBool,
    traces: OnceLock<RequestTraces>,
    instruments: OnceLock<Instruments>,
    /// The facts for health besides the backend's own.
    pub status: Arc<Status>,
}

impl Deref for AppState {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.0
    }
}

impl AppState {
    pub fn new(options: LeptosOptions, assets: Assets, forwarding: Forwarding) -> Self {
        let portal = Portal::new(options, assets);
        Self(Arc::new(Served {
            portal,
            forwarding,
            draining: AtomicBool::default(),
            pseudo_language: AtomicBool::default(),
            logs_requests: AtomicBool::default(),
            traces: OnceLock::new(),
            instruments: OnceLock::new(),
            status: Arc::default(),
        }))
    }
}

impl Served {
    /// Reports the server as not ready from now on, because it is about to stop. Requests are still answered.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Returns whether the server is about to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Offers the pseudo-language from now on.
    pub fn offer_pseudo_language(&self) {
        self.pseudo_language.store(true, Ordering::Relaxed);
    }

    /// Returns whether browsers may ask for the pseudo-language.
    pub fn offers_pseudo_language(&self) -> bool {
        self.pseudo_language.load(Ordering::Relaxed)
    }

    /// Logs each request from now on.
    pub fn log_requests(&self) {
        self.logs_requests.store(true, Ordering::Relaxed);
    }

    /// Returns whether each request is logged.
    pub fn logs_requests(&self) -> bool {
        self.logs_requests.load(Ordering::Relaxed)
    }

    /// Traces each request from now on. Only the first call counts.
    pub fn trace_requests(&self, traces: RequestTraces) {
        let _ = self.traces.set(traces);
    }

    /// Returns what begins the traces of requests, if there is somebody to send them to.
    pub fn traces(&self) -> Option<RequestTraces> {
        self.traces.get().copied()
    }

    /// Measures requests from now on. Only the first call counts.
    pub fn measure(&self, instruments: Instruments) {
        let _ = self.instruments.set(instruments);
    }

    /// Returns what counts and measures, if anybody wants to know.
    pub fn instruments(&self) -> Option<&Instruments> {
        self.instruments.get()
    }

    /// Opens the portal. Called once.
    pub fn open(&self, backend: Backend) {
        self.portal.open(backend);
    }

    pub fn backend(&self) -> Option<&Backend> {
        self.portal.backend()
    }
}

impl FromRef<AppState> for Portal {
    fn from_ref(state: &AppState) -> Self {
        state.portal.clone()
    }
}
