//! A modal question over the page, on the browser's own `<dialog>`: it keeps the focus, closes on Escape and
//! returns the focus.

use leptos::{html, prelude::*, web_sys};

/// A dialog that is shown while `open` is true; sets it to false when it is closed in any way.
#[component]
pub fn Dialog<C: IntoView + 'static>(
    open: RwSignal<bool>,
    /// The id of the heading inside, which names the dialog.
    labelled_by: &'static str,
    /// The id of the sentence inside that describes the dialog.
    described_by: &'static str,
    children: TypedChildren<C>,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        if let Some(dialog) = node.get()
            && dialog.open() != wanted
        {
            if wanted {
                // Fails only for a dialog that is outside the document or open already; neither is the case
                // here.
                drop(dialog.show_modal());
            } else {
                dialog.close();
            }
        }
    });
    // The dialog has no padding of its own, so a click that hits it and not its content was outside.
    let close_outside = move |event: web_sys::MouseEvent| {
        if event.target() == event.current_target() {
            open.set(false);
        }
    };
    // The event comes after the focus has returned: whoever is quick has opened the dialog again by then.
    let closed = move |_| {
        if !node.get_untracked().is_some_and(|dialog| dialog.open()) {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=node
            aria-labelledby=labelled_by
            aria-describedby=described_by
            on:click=close_outside
            on:close=closed
        >
            <div class="dialog-body">{children.into_inner()()}</div>
        </dialog>
    }
}
