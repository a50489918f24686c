//! What every request is served with.

use app::ssr::Assets;
use axum::extract::FromRef;
use backend::Backend;
use leptos::{config::LeptosOptions, prelude::provide_context};
use std::sync::{Arc, OnceLock};

/// Cheap to clone. The backend arrives once the database is there; health answers before that.
#[derive(Clone)]
pub struct AppState {
    pub options: LeptosOptions,
    pub assets: Assets,
    backend: Arc<OnceLock<Backend>>,
}

impl AppState {
    pub fn new(options: LeptosOptions, assets: Assets) -> Self {
        Self { options, assets, backend: Arc::default() }
    }

    /// Opens the portal. Called once.
    pub fn open(&self, backend: Backend) {
        if self.backend.set(backend).is_err() {
            tracing::error!("the portal was opened twice; the first backend stays");
        }
    }

    pub fn backend(&self) -> Option<&Backend> {
        self.backend.get()
    }

    /// Hands the backend to the pages and server functions of one request.
    pub fn provide(&self) {
        if let Some(backend) = self.backend() {
            provide_context(backend.clone());
        }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.options.clone()
    }
}
