//! The pages of the guides.

use super::{HELP, TOPICS, topic};
use crate::{
    failure::{LoadFailure, Noun},
    ssr,
    ui::rendered::rendered,
};
use domain::error::Error;
use leptos::{either::Either, prelude::*};

/// The list of guides.
#[component]
pub fn HelpPage() -> impl IntoView {
    let parts = TOPICS
        .into_iter()
        .map(|(heading, topics)| {
            let topics = topics
                .iter()
                .map(|topic| {
                    view! {
                        <li>
                            <a href=topic.address()>{topic.title()}</a>
                            <span>{topic.about()}</span>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <h2>{heading()}</h2>
                <ul>{topics}</ul>
            }
        })
        .collect_view();
    rendered(view! {
        <div class="form-page help">
            <h1>{t!(help_heading)}</h1>
            <p class="lead">{t!(help_lead)}</p>
            {parts}
        </div>
    })
}

/// A guide.
#[component]
pub fn HelpTopicPage<'a>(key: &'a str) -> impl IntoView + use<> {
    let page = if let Some(topic) = topic(key) {
        Either::Left(view! {
            <h1>{topic.title()}</h1>
            <p class="lead">{topic.about()}</p>
            <div class="guide">{(topic.steps)()}</div>
            <p>
                <a class="button" href=HELP>
                    {t!(help_all)}
                </a>
            </p>
        })
    } else {
        let error = ssr::respond_with(Error::NotFound);
        Either::Right(view! { <LoadFailure error heading=t!(help_heading) noun=Noun::Guide list=HELP/> })
    };
    view! { <div class="form-page help">{page}</div> }
}
