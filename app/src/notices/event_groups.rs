//! The events in the groups in which people choose them.

use crate::ui::rendered::rendered;
use domain::notice::NoticeEvent;
use leptos::{prelude::*, tachys::html::InertElement};

/// Renders what is chosen of each of these events, those of one group together.
pub(crate) fn grouped<V: IntoView + 'static>(
    events: impl IntoIterator<Item = NoticeEvent>,
    choice: impl Fn(NoticeEvent) -> V,
) -> InertElement {
    let (mut secrets, mut tokens, mut portal) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        let group = match event {
            event if event.is_about_secret() => &mut secrets,
            NoticeEvent::TokenExpires | NoticeEvent::TokenExpired => &mut tokens,
            _ => &mut portal,
        };
        group.push(choice(event));
    }
    let group = |id: &'static str, label: &'static str, choices: Vec<V>| {
        (!choices.is_empty()).then(|| {
            view! {
                <div role="group" aria-labelledby=id>
                    <p class="group-title" id=id>
                        {label}
                    </p>
                    {choices}
                </div>
            }
        })
    };
    rendered(view! {
        <div class="tick-groups">
            {group("events-of-secrets", t!(notices_secrets), secrets)}
            <div>
                {group("events-of-tokens", t!(notices_tokens), tokens)}
                {group("events-of-portal", t!(notices_portal), portal)}
            </div>
        </div>
    })
}
