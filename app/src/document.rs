//! The document around every page, and the list of pages.

use crate::{
    account::pages::{AccountPage, EndSessionPage},
    api_docs::{ApiDocs, ApiDocsPage},
    audit::pages::AuditPageView,
    connection_tests::page::{TestPage, TestResult},
    form_state::FormState,
    help::{
        self,
        pages::{HelpPage, HelpTopicPage},
    },
    imports::{NotSaved, choose::ChoosePage, start::ImportPage},
    overview::{OVERVIEW, pages::OverviewPage},
    secrets::{
        deleted::{DeletedSecretsPage, RemoveSecretPage},
        input::Returned as ReturnedSecret,
        keys::{
            KeyAnswer,
            page::KeyPage,
            question::{KeyQuestion, KeyQuestionPage},
        },
        list::ListPage,
        pages::{AddPage, DeletePage, DetailsPage, EditPage},
        selection::{
            connection_tests::{SelectedTestedPage, SelectionOutcome},
            delete::DeleteSelectedPage,
            manifests::{ManifestsPage, NotExported},
        },
    },
    sign_in::pages::{ChoosePasswordPage, SetUpPage, SignInPage},
    ssr,
    tokens::pages::{AddTokenPage, RevokeTokenPage, TokenCreatedPage, TokensPage},
    ui::frame::Frame,
    usages::{
        input::Returned as ReturnedUsage,
        list::{DeleteUsagePage, UsagesPage},
        pages::{AddUsagePage, EditUsagePage},
    },
    users::{
        MadeLink,
        pages::{AddUserPage, LinkPage, UserPageView, UsersPage},
        question::{UserQuestion, UserQuestionPage},
    },
};
use backend::CreatedToken;
use domain::{
    error::Error,
    secret::{SecretId, SecretName},
    usage::UsageKind,
};
use leptos::{nonce::use_nonce, prelude::*};
use std::borrow::Cow;
use uuid::Uuid;

/// A page of the portal, with everything that it is a function of: the object that its address names, and the
/// answer to a form, if one was sent. The server decides on the addresses.
#[derive(Clone)]
pub enum Page {
    /// The Overview, after a step of setting up could not be noted.
    Overview(Option<Error>),
    Secrets,
    AddSecret(Option<Box<ReturnedSecret>>),
    EditSecret(SecretId, Option<Box<ReturnedSecret>>),
    DeleteSecret(SecretId, Option<Error>),
    Secret(SecretId),
    Import(Option<Error>),
    ImportChoice(Uuid, Option<Box<NotSaved>>),
    /// The public half of a secret's key, and a new pair.
    SecretKey(SecretId, Option<Box<KeyAnswer>>),
    /// The confirmation before a new key is generated, used or discarded.
    AskAboutKey(SecretId, KeyQuestion),
    TestSecret(SecretId, Option<Box<TestResult>>),
    /// The results of testing the secrets that were selected in the list; `None` if nothing was selected.
    TestSelected(Option<SelectionOutcome>),
    DeleteSelected(Option<Error>),
    ExportManifests(Option<Box<NotExported>>),
    DeletedSecrets(Option<Error>),
    /// The confirmation before a deleted secret is removed for good.
    RemoveSecret(Uuid, Option<Error>),
    /// Images or datasets, and the next three.
    Usages(UsageKind),
    AddUsage(UsageKind, Option<Box<ReturnedUsage>>),
    EditUsage(UsageKind, SecretName, Option<Box<ReturnedUsage>>),
    DeleteUsage(UsageKind, SecretName, Option<Error>),
    SignIn(FormState),
    SetUp(FormState),
    ChoosePassword(FormState),
    Account(FormState),
    /// The confirmation before one of one's own sessions is ended.
    EndSession(String),
    Tokens,
    AddToken(FormState),
    /// The answer to the form, with the token.
    TokenCreated(CreatedToken),
    RevokeToken(String, FormState),
    Users,
    AddUser(FormState),
    User(String, FormState),
    /// The confirmation before a user is changed.
    AskAboutUser(String, UserQuestion, FormState),
    /// The answer to a form, with the link.
    PasswordLink(MadeLink),
    Audit,
    Help,
    HelpTopic(String),
    ApiDocs(&'static ApiDocs),
    /// The page of unknown addresses.
    NotFound,
}

impl Page {
    /// Returns the title: the name of the thing that the page is about, so that tabs and the history can be distinguished by
    /// their beginnings, and the place.
    fn title(&self) -> String {
        format!("{} · Latchkey", self.title_in_portal())
    }

    #[expect(clippy::too_many_lines, reason = "a line for each page")]
    fn title_in_portal(&self) -> Cow<'_, str> {
        let of_secret = |page: &str, id: &SecretId| format!("{page} {} · Secrets", id.name.as_str()).into();
        let of_usage =
            |page: &str, kind: &UsageKind, name: &SecretName| format!("{page} {} · {}", name.as_str(), kind.plural()).into();
        let of_user = |page: &str, name: &str| format!("{page} {name} · Users").into();
        match self {
            Self::Overview(_) => "Overview".into(),
            Self::Secrets => "Secrets".into(),
            Self::AddSecret(_) => "Add secret".into(),
            Self::EditSecret(id, _) => of_secret("Edit", id),
            Self::DeleteSecret(id, _) => of_secret("Delete", id),
            Self::Secret(id) => format!("{} · Secrets", id.name.as_str()).into(),
            Self::Import(_) => "Import secrets".into(),
            Self::ImportChoice(..) => "Choose what to import".into(),
            Self::SecretKey(id, _) => of_secret("SSH key of", id),
            Self::AskAboutKey(id, KeyQuestion::Generate) => of_secret("Generate a new key for", id),
            Self::AskAboutKey(id, KeyQuestion::Switch) => of_secret("Switch to the new key of", id),
            Self::AskAboutKey(id, KeyQuestion::Discard) => of_secret("Discard the new key of", id),
            Self::TestSecret(id, _) => of_secret("Connection of", id),
            Self::TestSelected(_) => "Connections · Secrets".into(),
            Self::DeleteSelected(_) => "Delete secrets".into(),
            Self::ExportManifests(_) => "Export manifests".into(),
            Self::DeletedSecrets(_) => "Deleted secrets".into(),
            Self::RemoveSecret(..) => "Remove for good · Deleted secrets".into(),
            Self::Usages(kind) => kind.plural().into(),
            Self::AddUsage(UsageKind::Image, _) => "Add image".into(),
            Self::AddUsage(UsageKind::Dataset, _) => "Add dataset".into(),
            Self::EditUsage(kind, name, _) => of_usage("Edit", kind, name),
            Self::DeleteUsage(kind, name, _) => of_usage("Delete", kind, name),
            Self::SignIn(_) => "Sign in".into(),
            Self::SetUp(_) => "Set up".into(),
            Self::ChoosePassword(_) => "Choose a password".into(),
            Self::Account(_) => "Account".into(),
            Self::EndSession(_) => "End session · Account".into(),
            Self::Tokens => "Tokens".into(),
            Self::AddToken(_) => "Add token".into(),
            Self::TokenCreated(_) => "Token created".into(),
            Self::RevokeToken(..) => "Revoke token · Tokens".into(),
            Self::Users => "Users".into(),
            Self::AddUser(_) => "Add user".into(),
            Self::User(name, _) => format!("{name} · Users").into(),
            Self::AskAboutUser(name, UserQuestion::Role, _) => of_user("Change role of", name),
            Self::AskAboutUser(name, UserQuestion::Disable, _) => of_user("Disable", name),
            Self::AskAboutUser(name, UserQuestion::Enable, _) => of_user("Enable", name),
            Self::AskAboutUser(name, UserQuestion::EndSessions, _) => of_user("End all sessions of", name),
            Self::AskAboutUser(name, UserQuestion::PasswordLink, _) => of_user("Make password link for", name),
            Self::PasswordLink(_) => "Password link · Users".into(),
            Self::Audit => "Audit".into(),
            Self::Help => "Help".into(),
            Self::HelpTopic(key) => match help::topic(key) {
                Some(topic) => format!("{} · Help", topic.title).into(),
                None => "Guide not found".into(),
            },
            Self::ApiDocs(_) => "API".into(),
            Self::NotFound => "Page not found".into(),
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Overview(failure) => view! { <OverviewPage failure/> }.into_any(),
            Self::Secrets => ListPage().into_any(),
            Self::AddSecret(returned) => view! { <AddPage returned=unboxed(returned)/> }.into_any(),
            Self::EditSecret(id, returned) => view! { <EditPage id returned=unboxed(returned)/> }.into_any(),
            Self::DeleteSecret(id, failure) => view! { <DeletePage id failure/> }.into_any(),
            Self::Secret(id) => view! { <DetailsPage id/> }.into_any(),
            Self::Import(rejected) => view! { <ImportPage rejected/> }.into_any(),
            Self::ImportChoice(id, rejected) => {
                view! { <ChoosePage id rejected=unboxed(rejected)/> }.into_any()
            }
            Self::SecretKey(id, answer) => view! { <KeyPage id answer=unboxed(answer)/> }.into_any(),
            Self::AskAboutKey(id, question) => view! { <KeyQuestionPage id question/> }.into_any(),
            Self::TestSecret(id, outcome) => view! { <TestPage id outcome=unboxed(outcome)/> }.into_any(),
            Self::TestSelected(outcome) => view! { <SelectedTestedPage outcome/> }.into_any(),
            Self::DeleteSelected(failure) => view! { <DeleteSelectedPage failure/> }.into_any(),
            Self::ExportManifests(rejected) => {
                view! { <ManifestsPage rejected=unboxed(rejected)/> }.into_any()
            }
            Self::DeletedSecrets(rejected) => view! { <DeletedSecretsPage rejected/> }.into_any(),
            Self::RemoveSecret(row, failure) => view! { <RemoveSecretPage row failure/> }.into_any(),
            Self::Usages(kind) => view! { <UsagesPage kind/> }.into_any(),
            Self::AddUsage(kind, returned) => {
                view! { <AddUsagePage kind returned=unboxed(returned)/> }.into_any()
            }
            Self::EditUsage(kind, name, returned) => {
                view! { <EditUsagePage kind name returned=unboxed(returned)/> }.into_any()
            }
            Self::DeleteUsage(kind, name, failure) => {
                view! { <DeleteUsagePage kind name failure/> }.into_any()
            }
            Self::SignIn(form) => view! { <SignInPage form/> }.into_any(),
            Self::SetUp(form) => view! { <SetUpPage form/> }.into_any(),
            Self::ChoosePassword(form) => view! { <ChoosePasswordPage form/> }.into_any(),
            Self::Account(form) => view! { <AccountPage form/> }.into_any(),
            Self::EndSession(id) => view! { <EndSessionPage id/> }.into_any(),
            Self::Tokens => TokensPage().into_any(),
            Self::AddToken(form) => view! { <AddTokenPage form/> }.into_any(),
            Self::TokenCreated(token) => view! { <TokenCreatedPage token/> }.into_any(),
            Self::RevokeToken(id, form) => view! { <RevokeTokenPage id form/> }.into_any(),
            Self::Users => UsersPage().into_any(),
            Self::AddUser(form) => view! { <AddUserPage form/> }.into_any(),
            Self::User(name, form) => view! { <UserPageView name form/> }.into_any(),
            Self::AskAboutUser(name, question, form) => {
                view! { <UserQuestionPage name question form/> }.into_any()
            }
            Self::PasswordLink(link) => view! { <LinkPage link=&link/> }.into_any(),
            Self::Audit => AuditPageView().into_any(),
            Self::Help => HelpPage().into_any(),
            Self::HelpTopic(key) => view! { <HelpTopicPage key=&key/> }.into_any(),
            Self::ApiDocs(docs) => view! { <ApiDocsPage docs/> }.into_any(),
            Self::NotFound => NotFoundPage().into_any(),
        }
    }
}

/// Unboxes a large argument; pages box them, so that each page is small.
fn unboxed<T>(shown: Option<Box<T>>) -> Option<T> {
    shown.map(|shown| *shown)
}

/// Renders the whole document, with this page in its frame.
pub fn document(options: &LeptosOptions, assets: &ssr::Assets, page: Page) -> impl IntoView + use<> {
    let ssr::Assets { css, js, wasm } = assets.clone();
    // The three globals that the script begins with are those that `hydration_context` reads.
    let start = format!("const js='{js}',wasm='{wasm}';{}", include_str!("start.js"));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=ssr::theme().as_str()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{page.title()}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=css/>
                <link rel="modulepreload" href=js nonce=use_nonce()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
                <AutoReload options=options.clone()/>
                <script type="module" nonce=use_nonce() inner_html=start></script>
            </head>
            <body>
                <Frame>{page.view()}</Frame>
            </body>
        </html>
    }
}

#[component]
fn NotFoundPage() -> impl IntoView {
    ssr::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <h1>"Page not found"</h1>
        <p>"There is no page at this address. It may have been mistyped, or cut short when it was copied."</p>
        <p>
            <a class="button" href=OVERVIEW>
                "Go to the Overview"
            </a>
        </p>
    }
}
