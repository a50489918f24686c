//! The browser's entry.

// For its islands: each is exported by itself, and called by the page that has it.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the islands. The page calls it once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
