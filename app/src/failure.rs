//! Loading the subject of a page, and what is shown if it could not be loaded, or is forbidden.

use crate::{error::ApiError, ssr, ui::alert::Alert};
use backend::{Backend, Ctx};
use domain::error::Error;
use leptos::{either::Either, prelude::*};

/// The subject of a page.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The heading of the page in place of the subject's.
    pub heading: &'static str,
    /// The noun for a missing subject: "secret", "user".
    pub noun: &'static str,
    /// The address of the list.
    pub list: &'static str,
}

/// Loads something and shows what came of it.
pub fn with_loaded<T, F, V>(
    load: impl FnOnce(Backend, Ctx) -> F + Send + 'static,
    show: impl FnOnce(Result<T, ApiError>) -> V + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    V: IntoView + 'static,
{
    Suspend::new(async move {
        let loaded = match ssr::request() {
            Ok((backend, ctx)) => load(backend, ctx).await.map_err(ssr::respond_with),
            Err(error) => Err(error),
        };
        show(loaded)
    })
}

/// Loads the subject of a page and shows it, or the reason why not.
pub fn loaded<T, F, V>(
    subject: Subject,
    load: impl FnOnce(Backend, Ctx) -> F + Send + 'static,
    show: impl FnOnce(T) -> V + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    V: IntoView + 'static,
{
    with_loaded(load, move |loaded| match loaded {
        Ok(found) => Either::Left(show(found)),
        Err(error) => {
            let Subject { heading, noun, list } = subject;
            Either::Right(view! { <LoadFailure error heading noun list/> })
        }
    })
}

/// The reason why a page's subject is not shown, and what to do.
#[component]
pub fn LoadFailure(
    error: ApiError,
    /// The heading of the page in place of the subject's.
    heading: &'static str,
    /// The noun for a missing subject: "secret", "user".
    noun: &'static str,
    /// The address of the list.
    list: &'static str,
) -> AnyView {
    match error {
        ApiError::Rejected(Error::NotFound) => view! {
            <h1>{format!("{}{} not found", noun[..1].to_uppercase(), &noun[1..])}</h1>
            <p>
                {format!(
                    "There is no {noun} at this address. It may have been deleted, or the address was cut short.",
                )}
            </p>
            <p>
                <a class="button" href=list>
                    {format!("Go to the {noun}s")}
                </a>
            </p>
        }
        .into_any(),
        ApiError::Rejected(Error::Forbidden) => Forbidden().into_any(),
        error => view! {
            <h1>{heading}</h1>
            <Alert title=if matches!(error, ApiError::Rejected(Error::TooManyTests(_))) {
                "Not tested"
            } else {
                "This page could not be loaded"
            }>
                <p>{error.message()}</p>
                <div class="choices">
                    <a class="button" href="">
                        "Try again"
                    </a>
                </div>
            </Alert>
        }
        .into_any(),
    }
}

/// The notice that a page is forbidden, and who can help.
#[component]
pub fn Forbidden() -> impl IntoView {
    let role = ssr::user().map(|user| user.role.label());
    let help = Suspend::new(async move {
        let admins = match ssr::request() {
            Ok((backend, ctx)) => backend.users().who_can_help(&ctx).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        // Loading the names must not change the status.
        ssr::set_status(http::StatusCode::FORBIDDEN);
        if admins.is_empty() {
            "An administrator can give you another role.".to_owned()
        } else {
            format!("An administrator can give you another role: {}.", admins.join(", "))
        }
    });
    view! {
        <h1>"Not for your role"</h1>
        <p>
            {role.map(|role| format!("You are signed in as {role}, and this takes more. "))}
            {help}
        </p>
        <p>
            <a class="button" href=crate::secrets::LIST>
                "Go to the secrets"
            </a>
        </p>
    }
}
