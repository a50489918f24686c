//! What every request is served with.

use crate::{edge::Edge, health::Status};
use app::{portal::Portal, ssr::Assets};
use axum::extract::FromRef;
use backend::Backend;
use leptos::config::LeptosOptions;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Cheap to clone. The backend arrives once the database is there; health answers before that.
#[derive(Clone)]
pub struct AppState {
    pub portal: Portal,
    pub edge: Arc<Edge>,
    draining: Arc<AtomicBool>,
    /// What health tells besides the backend's own.
    pub status: Arc<Status>,
}

impl AppState {
    pub fn new(options: LeptosOptions, assets: Assets, edge: Edge) -> Self {
        let portal = Portal::new(options, assets);
        Self { portal, edge: Arc::new(edge), draining: Arc::default(), status: Arc::default() }
    }

    /// Reports the server as not ready from now on, since it is about to stop. Requests are still answered.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
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
