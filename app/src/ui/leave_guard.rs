//! Asks before a form with changes is left: by a link, by going back, by closing the page.

use super::dom;
use leptos::{
    ev, html,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{self, HtmlFormElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement},
};
use leptos_router::hooks::use_location;

const QUESTION: &str = "Leave this page? What you typed is not saved.";

/// Watches over the form of the page, if it has one.
#[derive(Clone, Copy)]
pub struct LeaveGuard(StoredValue<Option<Watched>>);

#[derive(Clone)]
struct Watched {
    form: NodeRef<html::Form>,
    released: RwSignal<bool>,
    /// The form came back from the server with what was typed.
    typed_before: bool,
    /// The address of the form.
    address: String,
}

impl Watched {
    fn changed(&self) -> bool {
        !self.released.get_untracked()
            && self.form.get_untracked().is_some_and(|form| self.typed_before || differs(&form))
    }

    /// Whether the person stays, having been asked where there is something to lose.
    fn stays(&self) -> bool {
        let stays = self.changed() && !window().confirm_with_message(QUESTION).unwrap_or(true);
        if !stays {
            self.released.set(true);
        }
        stays
    }
}

/// Puts the guard up. To be called before the router is made: of the listeners on a window, those that came first
/// are asked first.
pub fn provide_leave_guard() {
    let guard = LeaveGuard(StoredValue::new(None));
    provide_context(guard);
    if !cfg!(feature = "hydrate") {
        return;
    }
    let watched = move || guard.0.get_value();
    window_event_listener(ev::beforeunload, move |event| {
        if watched().is_some_and(|watched| watched.changed()) {
            event.prevent_default();
        }
    });
    window_event_listener(ev::click, move |event| {
        let leads_away = dom::target(&event)
            .and_then(|element| element.closest("a[href]").ok().flatten())
            .and_then(|link| link.get_attribute("href"))
            .is_some_and(|href| !href.starts_with('#'));
        if leads_away && !dom::opens_elsewhere(&event) && watched().is_some_and(|watched| watched.stays()) {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    window_event_listener(ev::popstate, move |event| {
        // Going to another place in the same page fires this too.
        let place = window().location();
        let here = place.pathname().unwrap_or_default() + &place.search().unwrap_or_default();
        if let Some(watched) = watched()
            && watched.address != here
            && watched.stays()
        {
            event.stop_immediate_propagation();
            // The address has changed already; this puts it back above the one that was asked for.
            if let Ok(history) = window().history() {
                drop(history.push_state_with_url(&JsValue::NULL, "", Some(&watched.address)));
            }
        }
    });
}

/// Watches the form until the page that called this is gone. `released` lifts the watch, after saving.
/// `typed_before` says that the form came back from the server with what was typed, so it counts as changed.
pub fn watch(form: NodeRef<html::Form>, released: RwSignal<bool>, typed_before: bool) {
    let LeaveGuard(guard) = expect_context();
    // The router's own idea of it: the browser's address is written a little later.
    let location = use_location();
    Effect::new(move |_| {
        let query = location.search.get_untracked();
        let mark = if query.is_empty() || query.starts_with('?') { "" } else { "?" };
        let address = format!("{}{mark}{query}", location.pathname.get_untracked());
        guard.set_value(Some(Watched { form, released, typed_before, address }));
    });
    on_cleanup(move || {
        guard.try_set_value(None);
    });
}

/// Whether any field differs from what the page was sent with.
fn differs(form: &HtmlFormElement) -> bool {
    let elements = form.elements();
    (0..elements.length()).filter_map(|index| elements.item(index)).any(|element| {
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            !matches!(input.type_().as_str(), "hidden" | "file") && input.value() != input.default_value()
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            Ok(area.value()) != area.default_value()
        } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
            let options = select.options();
            (0..options.length())
                .filter_map(|index| options.item(index)?.dyn_into::<web_sys::HtmlOptionElement>().ok())
                .any(|option| option.selected() != option.default_selected())
        } else {
            false
        }
    })
}
