//! The document around every page, and the list of pages.

use crate::{
    account::pages::{AccountPage, EndSessionPage},
    api_docs::{ApiDocs, ApiDocsPage},
    audit::pages::AuditPageView,
    connection_tests::page::{TestPage, TestResult},
    form_state::FormState,
    help::pages::{HelpPage, HelpTopicPage},
    imports::{NotSaved, choose::ChoosePage, start::ImportPage},
    secrets::{
        self,
        confirmation::NotDeleted,
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
use uuid::Uuid;

/// A page of the portal, with everything that it is a function of: the object that its address names, and the
/// answer to a form, if one was sent. The server decides on the addresses.
#[derive(Clone)]
pub enum Page {
    Secrets,
    AddSecret(Option<Box<ReturnedSecret>>),
    EditSecret(SecretId, Option<Box<ReturnedSecret>>),
    DeleteSecret(SecretId, Option<NotDeleted>),
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
    DeleteSelected(Option<NotDeleted>),
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
    fn title(&self) -> &'static str {
        match self {
            Self::Secrets => "Secrets · Latchkey",
            Self::AddSecret(_) => "Add secret · Latchkey",
            Self::EditSecret(..) => "Edit secret · Latchkey",
            Self::DeleteSecret(..) => "Delete secret · Latchkey",
            Self::Secret(_) => "Secret · Latchkey",
            Self::Import(_) => "Import secrets · Latchkey",
            Self::ImportChoice(..) => "Choose what to import · Latchkey",
            Self::SecretKey(..) => "SSH key · Latchkey",
            Self::AskAboutKey(_, KeyQuestion::Generate) => "Generate a new key pair · Latchkey",
            Self::AskAboutKey(_, KeyQuestion::Switch) => "Switch to the new key · Latchkey",
            Self::AskAboutKey(_, KeyQuestion::Discard) => "Discard the new key · Latchkey",
            Self::TestSecret(..) => "Connection · Latchkey",
            Self::TestSelected(_) => "Connections · Latchkey",
            Self::DeleteSelected(_) => "Delete secrets · Latchkey",
            Self::ExportManifests(_) => "Export manifests · Latchkey",
            Self::DeletedSecrets(_) => "Deleted secrets · Latchkey",
            Self::RemoveSecret(..) => "Remove for good · Latchkey",
            Self::Usages(UsageKind::Image) => "Images · Latchkey",
            Self::Usages(UsageKind::Dataset) => "Datasets · Latchkey",
            Self::AddUsage(UsageKind::Image, _) => "Add image · Latchkey",
            Self::AddUsage(UsageKind::Dataset, _) => "Add dataset · Latchkey",
            Self::EditUsage(UsageKind::Image, ..) => "Edit image · Latchkey",
            Self::EditUsage(UsageKind::Dataset, ..) => "Edit dataset · Latchkey",
            Self::DeleteUsage(UsageKind::Image, ..) => "Delete image · Latchkey",
            Self::DeleteUsage(UsageKind::Dataset, ..) => "Delete dataset · Latchkey",
            Self::SignIn(_) => "Sign in · Latchkey",
            Self::SetUp(_) => "Set up · Latchkey",
            Self::ChoosePassword(_) => "Choose a password · Latchkey",
            Self::Account(_) => "Account · Latchkey",
            Self::EndSession(_) => "End session · Latchkey",
            Self::Tokens => "Tokens · Latchkey",
            Self::AddToken(_) => "Add token · Latchkey",
            Self::TokenCreated(_) => "Token created · Latchkey",
            Self::RevokeToken(..) => "Revoke token · Latchkey",
            Self::Users => "Users · Latchkey",
            Self::AddUser(_) => "Add user · Latchkey",
            Self::User(..) => "User · Latchkey",
            Self::AskAboutUser(_, UserQuestion::Role, _) => "Change role · Latchkey",
            Self::AskAboutUser(_, UserQuestion::Disable, _) => "Disable user · Latchkey",
            Self::AskAboutUser(_, UserQuestion::Enable, _) => "Enable user · Latchkey",
            Self::AskAboutUser(_, UserQuestion::EndSessions, _) => "End all sessions · Latchkey",
            Self::AskAboutUser(_, UserQuestion::PasswordLink, _) => "Make password link · Latchkey",
            Self::PasswordLink(_) => "Password link · Latchkey",
            Self::Audit => "Audit · Latchkey",
            Self::Help => "Help · Latchkey",
            Self::HelpTopic(_) => "Guide · Latchkey",
            Self::ApiDocs(_) => "API · Latchkey",
            Self::NotFound => "Page not found · Latchkey",
        }
    }

    fn view(self) -> AnyView {
        match self {
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
            <a class="button" href=secrets::LIST>
                "Go to the secrets"
            </a>
        </p>
    }
}
