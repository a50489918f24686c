//! The page.

use super::{
    OVERVIEW, attention, changes, plots,
    steps::{self, Reader},
};
use crate::{
    failure::{Noun, Subject, loaded},
    portal::KeyPlace,
    ssr,
    ui::{alert::Alert, html::Html},
};
use backend::{Backend, Ctx, Overview};
use domain::{access::Role, error::Error};
use leptos::prelude::*;

/// The approximate length of the page's own part, in bytes.
const PAGE: usize = 16_000;

/// The Overview.
#[component]
pub fn OverviewPage(
    /// The reason why a step could not be noted.
    failure: Option<Error>,
) -> impl IntoView {
    let role = ssr::user().map_or(Role::Reader, |user| user.role);
    let key = if role >= Role::Admin { use_context::<KeyPlace>() } else { None };
    let subject = Subject { heading: t!(overview_heading), noun: Noun::Page, list: OVERVIEW };
    let here_only = if role >= Role::Admin { ssr::origin_for_here_only() } else { None };
    let forbidden = failure == Some(Error::Forbidden);
    let load = async move |backend: Backend, ctx: Ctx| {
        if forbidden {
            return Err(Error::Forbidden);
        }
        backend.overview().get(&ctx).await
    };
    loaded(subject, load, move |overview| {
        let parts = written(&overview, &Reader { role, key: key.as_ref(), here_only: here_only.as_deref() });
        let failure = failure.map(|error| {
            view! {
                <Alert title=t!(overview_not_saved)>
                    <p>{crate::messages::error(&error)}</p>
                </Alert>
            }
        });
        view! {
            <h1>{t!(overview_heading)}</h1>
            {failure}
            <div class="overview" inner_html=parts></div>
        }
    })
}

/// Returns the parts of the page.
fn written(overview: &Overview, reader: &Reader<'_>) -> String {
    let mut html = Html::with_capacity(PAGE);
    let Overview { secrets, attention, changes, days, steps, now } = overview;
    html.markup("<p class=lead>");
    html.text(if *secrets == 0 { t!(overview_lead_empty) } else { t!(overview_lead) }).markup("</p>");
    let admin = reader.role >= Role::Admin;
    // On an empty portal the steps are for everybody; later they are for those who can do them.
    if let Some(steps) = steps
        && (admin || *secrets == 0)
    {
        steps::write(&mut html, *steps, reader);
    }
    if *secrets > 0 {
        html.markup("<div>");
        attention::write(&mut html, attention, *secrets);
        plots::write_reads(&mut html, days);
        plots::write_tests(&mut html, days);
        html.markup("</div>");
        changes::write(&mut html, changes, *now, admin);
    }
    html.into_string()
}
