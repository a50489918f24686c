//! Asks before a form with changes is left: by a link, by going back, by closing the page.

use super::dom;
use leptos::{
    ev, html,
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{
        self, Event, HtmlFormElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, MouseEvent,
    },
};

const QUESTION: &str = "Leave this page? What you typed is not saved.";

/// Watches the form until the page that called this is gone. `released` lifts the watch, after saving.
/// `typed_before` says that the form came back from the server with what was typed, so it counts as changed.
pub fn guard(form: NodeRef<html::Form>, released: RwSignal<bool>, typed_before: bool) {
    let changed = move || {
        !released.get_untracked() && form.get_untracked().is_some_and(|form| typed_before || differs(&form))
    };
    Effect::new(move |_| {
        let closing = window_event_listener(ev::beforeunload, move |event| {
            if changed() {
                event.prevent_default();
            }
        });
        on_cleanup(move || closing.remove());

        // Both listen in the capture phase, so that they are asked before the router is.
        listen_first("click", move |event: MouseEvent| {
            let leads_away = dom::target(&event)
                .and_then(|element| element.closest("a[href]").ok().flatten())
                .and_then(|link| link.get_attribute("href"))
                .is_some_and(|href| !href.starts_with('#'));
            if leads_away && !dom::opens_elsewhere(&event) && changed() {
                if may_leave() {
                    released.set(true);
                } else {
                    event.prevent_default();
                    event.stop_propagation();
                }
            }
        });
        let here = window().location().href().unwrap_or_default();
        listen_first("popstate", move |event: Event| {
            if changed() {
                if may_leave() {
                    released.set(true);
                } else {
                    event.stop_immediate_propagation();
                    // The address has changed already; this puts it back above the one that was asked for.
                    if let Ok(history) = window().history() {
                        drop(history.push_state_with_url(&web_sys::js_sys::Object::new(), "", Some(&here)));
                    }
                }
            }
        });
    });
}

fn may_leave() -> bool {
    window().confirm_with_message(QUESTION).unwrap_or(true)
}

fn listen_first<E: JsCast + 'static>(name: &'static str, handler: impl Fn(E) + 'static) {
    let callback = Closure::<dyn Fn(Event)>::new(move |event: Event| handler(event.unchecked_into()));
    let listener = callback.as_ref().unchecked_ref::<web_sys::js_sys::Function>();
    // Fails only where events are not supported at all.
    drop(window().add_event_listener_with_callback_and_bool(name, listener, true));
    let callback = StoredValue::new_local(callback);
    on_cleanup(move || {
        callback.with_value(|callback| {
            let listener = callback.as_ref().unchecked_ref::<web_sys::js_sys::Function>();
            drop(window().remove_event_listener_with_callback_and_bool(name, listener, true));
        });
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
