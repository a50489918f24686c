//! The document around every page, and the list of pages.

use crate::{
    account::pages::{AccountPage, EndOthersPage, EndSessionPage},
    api_docs::{ApiDocs, ApiDocsPage},
    audit::pages::AuditPageView,
    connection_tests::page::{TestPage, TestResult},
    form_state::FormState,
    help::{
        self,
        pages::{HelpPage, HelpTopicPage},
    },
    imports::{NotSaved, choose::ChoosePage, start::ImportPage},
    language,
    mail::{
        links::{ConfirmMailPage, LinkDone, LinkDonePage, UnsubscribePage},
        pages::{MailForm, OwnNotificationsPage},
    },
    notices::{
        channel::{
            AddChannelPage, ChannelAnswer, ChannelPage, DeleteChannelPage, RotateSecretPage,
            SigningSecretPage,
        },
        deliveries::DeliveriesPage,
        pages::NotificationsPage,
        rule::{DeleteRulePage, RuleForm, RulePage},
    },
    overview::pages::OverviewPage,
    search::SearchPage,
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
        pages::{AddPage, DeletePage, EditPage},
        selection::{
            connection_tests::{SelectedTestedPage, SelectionOutcome},
            delete::DeleteSelectedPage,
            manifests::{ManifestsPage, NotExported},
        },
        versions::{
            VersionsPage,
            question::{VersionNotDone, VersionQuestion, VersionQuestionPage},
        },
        view::SecretPage,
    },
    sign_in::pages::{ChoosePasswordPage, SetUpPage, SignInPage},
    ssr,
    system::pages::SystemPage,
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
use backend::{Addressee, CreatedToken, SavedChannel, Submitted};
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
    /// The Overview, after a step of setting up could not be noted.
    Overview(Option<Error>),
    Secrets,
    /// The search over everything.
    Search,
    AddSecret(Option<Box<ReturnedSecret>>),
    EditSecret(SecretId, Option<Box<ReturnedSecret>>),
    DeleteSecret(SecretId, Option<NotDeleted>),
    Secret(SecretId),
    Import(Option<Error>),
    ImportChoice(Uuid, Option<Box<NotSaved>>),
    /// The public half of a secret's key, and a new pair.
    SecretKey(SecretId, Option<Box<KeyAnswer>>),
    /// All versions of a secret's value.
    Versions(SecretId),
    /// The confirmation before a version is rolled back to or destroyed, with the reason why it was not the last time.
    AskAboutVersion(SecretId, VersionQuestion, Option<Box<VersionNotDone>>),
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
    /// The own notifications.
    OwnNotifications(Box<MailForm>),
    /// The question of a link that confirms a mail address.
    ConfirmMail(FormState),
    /// The question of a link that ends mails.
    Unsubscribe(FormState),
    /// The answer to either.
    MailLinkDone(LinkDone, Addressee),
    /// The confirmation before one of one's own sessions is ended.
    EndSession(String),
    /// The confirmation before all of them but the current one are ended.
    EndOtherSessions,
    Tokens,
    AddToken(FormState),
    /// The answer to the form: the typed name, and the token.
    TokenCreated(String, Submitted<CreatedToken>),
    RevokeToken(String, FormState),
    Users,
    AddUser(FormState),
    User(String, FormState),
    /// The confirmation before a user is changed.
    AskAboutUser(String, UserQuestion, FormState),
    /// The answer to a form, with the link.
    PasswordLink(MadeLink),
    Audit,
    /// Channels, rules and settings of notices.
    Notifications(FormState),
    AddChannel(FormState),
    Channel(Uuid, ChannelAnswer),
    /// The answer to a form that made a signing secret: the typed name, and the secret.
    SigningSecret(String, Submitted<SavedChannel>),
    RotateSecret(Uuid, FormState),
    DeleteChannel(Uuid, FormState),
    /// A stored rule, or a new one.
    NoticeRule(Option<Uuid>, RuleForm),
    DeleteNoticeRule(Uuid, FormState),
    Deliveries,
    /// The checks of the portal's surroundings; also the slow ones, or only the quick ones.
    System {
        slow: bool,
    },
    Help,
    HelpTopic(String),
    ApiDocs(&'static ApiDocs),
    /// The page of unknown addresses.
    NotFound,
}

impl Page {
    /// Returns the title: the name of the thing that the page is about, so that tabs and the history can be distinguished by
    /// their beginnings, and what the page does.
    fn title(&self) -> String {
        let page = self.name();
        match self.thing() {
            Some(thing) => format!("{thing} · {page}"),
            None => page.to_owned(),
        }
    }

    /// Returns the name of the thing that the page is about.
    fn thing(&self) -> Option<&str> {
        match self {
            Self::Secret(id)
            | Self::EditSecret(id, _)
            | Self::DeleteSecret(id, _)
            | Self::SecretKey(id, _)
            | Self::AskAboutKey(id, _)
            | Self::Versions(id)
            | Self::AskAboutVersion(id, ..)
            | Self::TestSecret(id, _) => Some(id.name.as_str()),
            Self::EditUsage(_, name, _) | Self::DeleteUsage(_, name, _) => Some(name.as_str()),
            Self::User(name, _) | Self::AskAboutUser(name, ..) => Some(name),
            Self::HelpTopic(key) => help::pages::title(key),
            _ => None,
        }
    }

    /// Returns the name of the page; of a page that only shows a thing, that of the place where such things are.
    fn name(&self) -> &'static str {
        match self {
            Self::Overview(_) => t!(title_overview),
            Self::Secrets | Self::Secret(_) => t!(title_secrets),
            Self::Search => t!(title_search),
            Self::AddSecret(_) => t!(title_add_secret),
            Self::EditSecret(..) => t!(title_edit_secret),
            Self::DeleteSecret(..) => t!(title_delete_secret),
            Self::Import(_) => t!(title_import),
            Self::ImportChoice(..) => t!(title_import_choice),
            Self::SecretKey(..) => t!(title_secret_key),
            Self::AskAboutKey(_, KeyQuestion::Generate) => t!(title_generate_key),
            Self::AskAboutKey(_, KeyQuestion::Switch) => t!(title_switch_key),
            Self::AskAboutKey(_, KeyQuestion::Discard) => t!(title_discard_key),
            Self::Versions(_) => t!(version_heading),
            Self::AskAboutVersion(_, VersionQuestion::RollBack, _) => t!(version_roll_back),
            Self::AskAboutVersion(_, VersionQuestion::Destroy, _) => t!(version_destroy),
            Self::TestSecret(..) => t!(title_test),
            Self::TestSelected(_) => t!(title_tests),
            Self::DeleteSelected(_) => t!(title_delete_secrets),
            Self::ExportManifests(_) => t!(title_export),
            Self::DeletedSecrets(_) => t!(title_deleted),
            Self::RemoveSecret(..) => t!(title_remove),
            Self::Usages(UsageKind::Image) => t!(title_images),
            Self::Usages(UsageKind::Dataset) => t!(title_datasets),
            Self::AddUsage(UsageKind::Image, _) => t!(title_add_image),
            Self::AddUsage(UsageKind::Dataset, _) => t!(title_add_dataset),
            Self::EditUsage(UsageKind::Image, ..) => t!(title_edit_image),
            Self::EditUsage(UsageKind::Dataset, ..) => t!(title_edit_dataset),
            Self::DeleteUsage(UsageKind::Image, ..) => t!(title_delete_image),
            Self::DeleteUsage(UsageKind::Dataset, ..) => t!(title_delete_dataset),
            Self::SignIn(_) => t!(title_sign_in),
            Self::SetUp(_) => t!(title_set_up),
            Self::ChoosePassword(_) => t!(title_choose_password),
            Self::Account(_) => t!(title_account),
            Self::ConfirmMail(_) | Self::MailLinkDone(LinkDone::Confirmed, _) => t!(title_mail_confirm),
            Self::Unsubscribe(_) | Self::MailLinkDone(LinkDone::Unsubscribed, _) => {
                t!(title_mail_unsubscribe)
            }
            Self::EndSession(_) => t!(title_end_session),
            Self::EndOtherSessions => t!(account_end_others),
            Self::Tokens => t!(title_tokens),
            Self::AddToken(_) => t!(title_add_token),
            Self::TokenCreated(..) => t!(title_token_created),
            Self::RevokeToken(..) => t!(title_revoke_token),
            Self::Users | Self::User(..) => t!(title_users),
            Self::AddUser(_) => t!(title_add_user),
            Self::AskAboutUser(_, UserQuestion::Role, _) => t!(title_change_role),
            Self::AskAboutUser(_, UserQuestion::Disable, _) => t!(title_disable_user),
            Self::AskAboutUser(_, UserQuestion::Enable, _) => t!(title_enable_user),
            Self::AskAboutUser(_, UserQuestion::EndSessions, _) => t!(title_end_sessions),
            Self::AskAboutUser(_, UserQuestion::PasswordLink, _) => t!(title_make_password_link),
            Self::PasswordLink(_) => t!(title_password_link),
            Self::Audit => t!(title_audit),
            Self::Notifications(_) | Self::OwnNotifications(_) => t!(title_notifications),
            Self::AddChannel(_) => t!(title_add_channel),
            Self::Channel(..) => t!(title_channel),
            Self::SigningSecret(..) => t!(title_signing_secret),
            Self::RotateSecret(..) => t!(title_rotate_secret),
            Self::DeleteChannel(..) => t!(title_delete_channel),
            Self::NoticeRule(None, _) => t!(title_add_rule),
            Self::NoticeRule(Some(_), _) => t!(title_edit_rule),
            Self::DeleteNoticeRule(..) => t!(title_delete_rule),
            Self::Deliveries => t!(title_deliveries),
            Self::System { .. } => t!(title_system),
            Self::Help | Self::HelpTopic(_) => t!(title_help),
            Self::ApiDocs(_) => t!(title_api),
            Self::NotFound => t!(title_not_found),
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Overview(failure) => view! { <OverviewPage failure/> }.into_any(),
            Self::Secrets => ListPage().into_any(),
            Self::Search => SearchPage().into_any(),
            Self::AddSecret(returned) => view! { <AddPage returned=unboxed(returned)/> }.into_any(),
            Self::EditSecret(id, returned) => view! { <EditPage id returned=unboxed(returned)/> }.into_any(),
            Self::DeleteSecret(id, failure) => view! { <DeletePage id failure/> }.into_any(),
            Self::Secret(id) => view! { <SecretPage id/> }.into_any(),
            Self::Import(rejected) => view! { <ImportPage rejected/> }.into_any(),
            Self::ImportChoice(id, rejected) => {
                view! { <ChoosePage id rejected=unboxed(rejected)/> }.into_any()
            }
            Self::SecretKey(id, answer) => view! { <KeyPage id answer=unboxed(answer)/> }.into_any(),
            Self::AskAboutKey(id, question) => view! { <KeyQuestionPage id question/> }.into_any(),
            Self::Versions(id) => view! { <VersionsPage id/> }.into_any(),
            Self::AskAboutVersion(id, question, failure) => {
                view! { <VersionQuestionPage id question failure/> }.into_any()
            }
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
            Self::OwnNotifications(form) => {
                let form = *form;
                view! { <OwnNotificationsPage form/> }.into_any()
            }
            Self::ConfirmMail(form) => view! { <ConfirmMailPage form/> }.into_any(),
            Self::Unsubscribe(form) => view! { <UnsubscribePage form/> }.into_any(),
            Self::MailLinkDone(done, addressee) => view! { <LinkDonePage done addressee/> }.into_any(),
            Self::EndSession(id) => view! { <EndSessionPage id/> }.into_any(),
            Self::EndOtherSessions => EndOthersPage().into_any(),
            Self::Tokens => TokensPage().into_any(),
            Self::AddToken(form) => view! { <AddTokenPage form/> }.into_any(),
            Self::TokenCreated(name, token) => view! { <TokenCreatedPage name token/> }.into_any(),
            Self::RevokeToken(id, form) => view! { <RevokeTokenPage id form/> }.into_any(),
            Self::Users => UsersPage().into_any(),
            Self::AddUser(form) => view! { <AddUserPage form/> }.into_any(),
            Self::User(name, form) => view! { <UserPageView name form/> }.into_any(),
            Self::AskAboutUser(name, question, form) => {
                view! { <UserQuestionPage name question form/> }.into_any()
            }
            Self::PasswordLink(link) => view! { <LinkPage link=&link/> }.into_any(),
            Self::Audit => AuditPageView().into_any(),
            Self::Notifications(form) => view! { <NotificationsPage form/> }.into_any(),
            Self::AddChannel(form) => view! { <AddChannelPage form/> }.into_any(),
            Self::Channel(id, answer) => view! { <ChannelPage id answer/> }.into_any(),
            Self::SigningSecret(name, saved) => view! { <SigningSecretPage name saved/> }.into_any(),
            Self::RotateSecret(id, form) => view! { <RotateSecretPage id form/> }.into_any(),
            Self::DeleteChannel(id, form) => view! { <DeleteChannelPage id form/> }.into_any(),
            Self::NoticeRule(id, form) => view! { <RulePage id form/> }.into_any(),
            Self::DeleteNoticeRule(id, form) => view! { <DeleteRulePage id form/> }.into_any(),
            Self::Deliveries => DeliveriesPage().into_any(),
            Self::System { slow } => view! { <SystemPage slow/> }.into_any(),
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
        <html lang=language::current().code() data-theme=ssr::theme().as_str()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content=t!(page_description)/>
                <title>{t!(title_page, page: page.title())}</title>
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
        <h1>{t!(page_not_found)}</h1>
        <p>{t!(page_not_found_text)}</p>
        <p>
            <a class="button" href=secrets::LIST>
                {t!(page_to_secrets)}
            </a>
        </p>
    }
}
