//! The document around every page, and the pages there are.

use crate::{
    account::{AccountPage, ChoosePasswordPage, EndSessionPage, SetUpPage, SignInPage},
    api_docs::ApiDocsPage,
    audit::AuditPageView,
    checks::page::CheckPage,
    help::pages::{HelpPage, HelpTopicPage},
    imports::{choose::ChoosePage, start::ImportPage},
    secrets::{
        self,
        deleted::{DeletedSecretsPage, RemoveSecretPage},
        keys::{
            KeyPage,
            question::{KeyQuestion, KeyQuestionPage},
        },
        list::ListPage,
        pages::{AddPage, DeletePage, DetailsPage, EditPage},
        selection::{check::SelectedTestedPage, delete::DeleteSelectedPage, manifests::ManifestsPage},
    },
    ssr,
    tokens::pages::{AddTokenPage, RevokeTokenPage, TokenCreatedPage, TokensPage},
    ui::frame::Frame,
    usages::{
        form::{AddUsagePage, EditUsagePage},
        list::{DeleteUsagePage, UsagesPage},
    },
    users::{
        AddUserPage, LinkPage, UserPageView, UsersPage,
        question::{UserQuestion, UserQuestionPage},
    },
};
use domain::usage::UsageKind;
use leptos::{nonce::use_nonce, prelude::*};

/// A page of the portal. At which address it stands is the server's to say.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Page {
    Secrets,
    AddSecret,
    EditSecret,
    DeleteSecret,
    Secret,
    Import,
    ImportChoice,
    /// The public half of a secret's key, and a new pair.
    SecretKey,
    /// The question before a new key is made, used or discarded.
    AskAboutKey(KeyQuestion),
    CheckSecret,
    /// What a test of those that were selected in the list came to.
    CheckSelected,
    DeleteSelected,
    ExportManifests,
    DeletedSecrets,
    /// The question before a deleted secret is removed for good.
    RemoveSecret,
    /// Images or datasets, and the next three.
    Usages(UsageKind),
    AddUsage(UsageKind),
    EditUsage(UsageKind),
    DeleteUsage(UsageKind),
    SignIn,
    SetUp,
    ChoosePassword,
    Account,
    /// The question before a session of one's own is ended.
    EndSession,
    Tokens,
    AddToken,
    /// In answer to the form, with the token.
    TokenCreated,
    RevokeToken,
    Users,
    AddUser,
    User,
    /// The question before a user is changed.
    AskAboutUser(UserQuestion),
    /// In answer to a form, with the link.
    PasswordLink,
    Audit,
    Help,
    HelpTopic,
    ApiDocs,
    /// For an address that leads nowhere.
    NotFound,
}

impl Page {
    fn title(self) -> &'static str {
        match self {
            Self::Secrets => "Secrets · Latchkey",
            Self::AddSecret => "Add secret · Latchkey",
            Self::EditSecret => "Edit secret · Latchkey",
            Self::DeleteSecret => "Delete secret · Latchkey",
            Self::Secret => "Secret · Latchkey",
            Self::Import => "Import secrets · Latchkey",
            Self::ImportChoice => "Choose what to import · Latchkey",
            Self::SecretKey => "SSH key · Latchkey",
            Self::AskAboutKey(KeyQuestion::Generate) => "Generate a new key pair · Latchkey",
            Self::AskAboutKey(KeyQuestion::Switch) => "Switch to the new key · Latchkey",
            Self::AskAboutKey(KeyQuestion::Discard) => "Discard the new key · Latchkey",
            Self::CheckSecret => "Connection · Latchkey",
            Self::CheckSelected => "Connections · Latchkey",
            Self::DeleteSelected => "Delete secrets · Latchkey",
            Self::ExportManifests => "Export manifests · Latchkey",
            Self::DeletedSecrets => "Deleted secrets · Latchkey",
            Self::RemoveSecret => "Remove for good · Latchkey",
            Self::Usages(UsageKind::Image) => "Images · Latchkey",
            Self::Usages(UsageKind::Dataset) => "Datasets · Latchkey",
            Self::AddUsage(UsageKind::Image) => "Add image · Latchkey",
            Self::AddUsage(UsageKind::Dataset) => "Add dataset · Latchkey",
            Self::EditUsage(UsageKind::Image) => "Edit image · Latchkey",
            Self::EditUsage(UsageKind::Dataset) => "Edit dataset · Latchkey",
            Self::DeleteUsage(UsageKind::Image) => "Delete image · Latchkey",
            Self::DeleteUsage(UsageKind::Dataset) => "Delete dataset · Latchkey",
            Self::SignIn => "Sign in · Latchkey",
            Self::SetUp => "Set up · Latchkey",
            Self::ChoosePassword => "Choose a password · Latchkey",
            Self::Account => "Account · Latchkey",
            Self::EndSession => "End session · Latchkey",
            Self::Tokens => "Tokens · Latchkey",
            Self::AddToken => "Add token · Latchkey",
            Self::TokenCreated => "Token created · Latchkey",
            Self::RevokeToken => "Revoke token · Latchkey",
            Self::Users => "Users · Latchkey",
            Self::AddUser => "Add user · Latchkey",
            Self::User => "User · Latchkey",
            Self::AskAboutUser(UserQuestion::Role) => "Change role · Latchkey",
            Self::AskAboutUser(UserQuestion::Disable) => "Disable user · Latchkey",
            Self::AskAboutUser(UserQuestion::Enable) => "Enable user · Latchkey",
            Self::AskAboutUser(UserQuestion::EndSessions) => "End all sessions · Latchkey",
            Self::AskAboutUser(UserQuestion::PasswordLink) => "Make password link · Latchkey",
            Self::PasswordLink => "Password link · Latchkey",
            Self::Audit => "Audit · Latchkey",
            Self::Help => "Help · Latchkey",
            Self::HelpTopic => "Guide · Latchkey",
            Self::ApiDocs => "API · Latchkey",
            Self::NotFound => "Page not found · Latchkey",
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Secrets => ListPage().into_any(),
            Self::AddSecret => AddPage().into_any(),
            Self::EditSecret => EditPage().into_any(),
            Self::DeleteSecret => DeletePage().into_any(),
            Self::Secret => DetailsPage().into_any(),
            Self::Import => ImportPage().into_any(),
            Self::ImportChoice => ChoosePage().into_any(),
            Self::SecretKey => KeyPage().into_any(),
            Self::AskAboutKey(question) => view! { <KeyQuestionPage question/> }.into_any(),
            Self::CheckSecret => CheckPage().into_any(),
            Self::CheckSelected => SelectedTestedPage().into_any(),
            Self::DeleteSelected => DeleteSelectedPage().into_any(),
            Self::ExportManifests => ManifestsPage().into_any(),
            Self::DeletedSecrets => DeletedSecretsPage().into_any(),
            Self::RemoveSecret => RemoveSecretPage().into_any(),
            Self::Usages(kind) => view! { <UsagesPage kind/> }.into_any(),
            Self::AddUsage(kind) => view! { <AddUsagePage kind/> }.into_any(),
            Self::EditUsage(kind) => view! { <EditUsagePage kind/> }.into_any(),
            Self::DeleteUsage(kind) => view! { <DeleteUsagePage kind/> }.into_any(),
            Self::SignIn => SignInPage().into_any(),
            Self::SetUp => SetUpPage().into_any(),
            Self::ChoosePassword => ChoosePasswordPage().into_any(),
            Self::Account => AccountPage().into_any(),
            Self::EndSession => EndSessionPage().into_any(),
            Self::Tokens => TokensPage().into_any(),
            Self::AddToken => AddTokenPage().into_any(),
            Self::TokenCreated => TokenCreatedPage().into_any(),
            Self::RevokeToken => RevokeTokenPage().into_any(),
            Self::Users => UsersPage().into_any(),
            Self::AddUser => AddUserPage().into_any(),
            Self::User => UserPageView().into_any(),
            Self::AskAboutUser(question) => view! { <UserQuestionPage question/> }.into_any(),
            Self::PasswordLink => LinkPage().into_any(),
            Self::Audit => AuditPageView().into_any(),
            Self::Help => HelpPage().into_any(),
            Self::HelpTopic => HelpTopicPage().into_any(),
            Self::ApiDocs => ApiDocsPage().into_any(),
            Self::NotFound => NotFoundPage().into_any(),
        }
    }
}

/// The whole document, with this page in its frame.
pub fn document(options: &LeptosOptions, assets: &ssr::Assets, page: Page) -> impl IntoView + use<> {
    // Nothing of a page comes alive but its islands, so nothing else is prepared for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let ssr::Assets { css, js, wasm } = assets.clone();
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
