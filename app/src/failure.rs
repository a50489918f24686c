//! Loading the subject of a page, and what is shown if it could not be loaded, or is forbidden.

use crate::{error::ApiError, ssr, texts, ui::alert::Alert};
use backend::{Backend, Ctx};
use domain::{error::Error, usage::UsageKind};
use leptos::{either::Either, prelude::*};

/// The subject of a page.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The heading of the page in place of the subject's.
    pub heading: &'static str,
    /// The kind of a missing subject.
    pub noun: Noun,
    /// The address of the list.
    pub list: &'static str,
}

/// The kind of a page's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    Secret,
    Image,
    Dataset,
    User,
    Token,
    Session,
    Account,
    Record,
    Notice,
    Guide,
    Page,
}

impl Noun {
    /// Returns the heading of the page if there is no such subject.
    fn missing(self) -> &'static str {
        match self {
            Self::Secret => t!(page_missing_secret),
            Self::Image => t!(page_missing_image),
            Self::Dataset => t!(page_missing_dataset),
            Self::User => t!(page_missing_user),
            Self::Token => t!(page_missing_token),
            Self::Session => t!(page_missing_session),
            Self::Account => t!(page_missing_account),
            Self::Record => t!(page_missing_record),
            Self::Notice => t!(page_missing_notice),
            Self::Guide => t!(page_missing_guide),
            Self::Page => t!(page_not_found),
        }
    }

    /// Returns the label of the link to the list.
    fn to_list(self) -> &'static str {
        match self {
            Self::Secret | Self::Page => t!(page_to_secrets),
            Self::Image => t!(page_to_images),
            Self::Dataset => t!(page_to_datasets),
            Self::User => t!(page_to_users),
            Self::Token => t!(page_to_tokens),
            Self::Session | Self::Account => t!(page_to_account),
            Self::Record => t!(page_to_audit),
            Self::Notice => t!(page_to_notifications),
            Self::Guide => t!(page_to_help),
        }
    }
}

impl From<UsageKind> for Noun {
    fn from(kind: UsageKind) -> Self {
        match kind {
            UsageKind::Image => Self::Image,
            UsageKind::Dataset => Self::Dataset,
        }
    }
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
    /// The kind of a missing subject.
    noun: Noun,
    /// The address of the list.
    list: &'static str,
) -> AnyView {
    match error {
        ApiError::Rejected(Error::NotFound, _) => view! {
            <h1>{noun.missing()}</h1>
            <p>{t!(page_missing_text)}</p>
            <p>
                <a class="button" href=list>
                    {noun.to_list()}
                </a>
            </p>
        }
        .into_any(),
        ApiError::Rejected(Error::Forbidden, _) => Forbidden().into_any(),
        error => view! {
            <h1>{heading}</h1>
            <Alert title=if matches!(error, ApiError::Rejected(Error::TooManyTests(_), _)) {
                t!(page_not_tested)
            } else {
                t!(page_not_loaded)
            }>
                <p>{error.message()}</p>
                <div class="choices">
                    <a class="button" href="">
                        {t!(page_try_again)}
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
    let role = ssr::user().map(|user| t!(page_forbidden_role, role: texts::role(user.role)));
    let help = Suspend::new(async move {
        let admins = match ssr::request() {
            Ok((backend, ctx)) => backend.users().who_can_help(&ctx).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        // Loading the names must not change the status.
        ssr::set_status(http::StatusCode::FORBIDDEN);
        if admins.is_empty() {
            t!(page_forbidden_help).to_owned()
        } else {
            t!(page_forbidden_admins, names: admins.join(", "))
        }
    });
    view! {
        <h1>{t!(page_forbidden)}</h1>
        <p>{role} " " {help}</p>
        <p>
            <a class="button" href=crate::secrets::LIST>
                {t!(page_to_secrets)}
            </a>
        </p>
    }
}
