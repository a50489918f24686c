//! The pages of the guides.

use super::{
    HELP, TOPICS,
    documents::{self, Document},
    topic,
};
use crate::{
    failure::{LoadFailure, Noun},
    ssr,
    ui::rendered::rendered,
};
use domain::error::Error;
use leptos::{either::EitherOf3, prelude::*, tachys::html::InertElement};

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
            <h2>{t!(help_documents)}</h2>
            <p>{t!(help_documents_about)}</p>
            <div lang="en">{documents::GROUPS.iter().map(group).collect_view()}</div>
        </div>
    })
}

/// Renders the list of the documents of a group.
fn group(group: &documents::Group) -> impl IntoView + use<> {
    let documents = group
        .documents
        .iter()
        .map(|document| {
            view! {
                <li>
                    <a href=document.address()>{document.title}</a>
                    <span>{document.about}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <h3>{group.title}</h3>
        <ul>{documents}</ul>
    }
}

/// A guide, or a document.
#[component]
pub fn HelpTopicPage<'a>(key: &'a str) -> impl IntoView + use<> {
    let page = if let Some(topic) = topic(key) {
        EitherOf3::A(view! {
            <h1>{topic.title()}</h1>
            <p class="lead">{topic.about()}</p>
            <div class="guide">{(topic.steps)()}</div>
            {to_help()}
        })
    } else if let Some(Document { title, html, .. }) = documents::document(key) {
        EitherOf3::B(view! {
            <article lang="en" class="document">
                <h1>{*title}</h1>
                {InertElement::new(*html)}
            </article>
            {to_help()}
        })
    } else {
        let error = ssr::respond_with(Error::NotFound);
        EitherOf3::C(view! { <LoadFailure error heading=t!(help_heading) noun=Noun::Guide list=HELP/> })
    };
    view! { <div class="form-page help">{page}</div> }
}

/// Renders the link to everything that helps.
fn to_help() -> impl IntoView {
    view! {
        <p>
            <a class="button" href=HELP>
                {t!(help_all)}
            </a>
        </p>
    }
}
