//! The page of one secret: its status, facts and consumers, how it is used, and its history. Readers see no actions.

pub mod examples;
pub mod status;

use super::{
    LIST,
    consumers::ConsumersSection,
    dates::{DateFacts, Notice},
    delete::{DeleteDialog, question_with_places},
    from_secret,
    imported_from::ImportedFrom,
    input::ROTATE,
    keys::{key_address, section::PublicKey},
    list_before,
    versions::VersionsSection,
};
use crate::{
    audit::history::{History, HistoryProps},
    connection_tests::page::TrustedKeys,
    failure::{Noun, Subject, loaded},
    island_texts::DialogTexts,
    ssr,
    texts::{self, Markup},
    ui::{ago::Ago, copy::CopyButton, crumbs::crumbs, icon::icon, rendered::rendered},
};
use backend::{Backend, Ctx, SecretView};
use domain::{
    access::Role,
    connection_test::TestState,
    error::Field,
    secret::{RegistryHost, SecretDetails, SecretId, SecretKind, StoredSshKey},
};
use examples::Examples;
use leptos::prelude::*;
use status::Status;

/// The id of the element with the Kubernetes name, which is copied.
const KUBERNETES_NAME: &str = "kubernetes-name";

/// The page of one secret.
#[component]
pub fn SecretPage(id: SecretId) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.secrets().view(&ctx, &id).await };
    let subject = Subject { heading: t!(list_title), noun: Noun::Secret, list: LIST };
    loaded(subject, load, |view| view! { <Shown view/> })
}

#[component]
fn Shown(view: SecretView) -> impl IntoView {
    let SecretView { details, connection, tests, consumers, versions, history } = view;
    let id = details.id.clone();
    let may_write = ssr::may(Role::Editor);
    let used = details.used_by != Some(0);
    // Islands are rendered where they stand, after the rest.
    let dialog = (may_write && !used).then(|| {
        let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
        view! {
            <DialogTexts/>
            <DeleteDialog question=question_with_places(keep_days)/>
        }
    });
    let now = details.now;
    let versions = view! { <VersionsSection versions consumers=&consumers id=&id may_write/> };
    let status = view! { <Status id=&id state=connection.clone() tests now may_write/> };
    let page = rendered(view! {
        <Head details=&details may_write used/>
        <Notice id=&id dates=details.dates now may_write/>
        {details.pending.is_some().then(|| view! { <Waiting id=&id may_write/> })}
        <div class="secret-page">
            {status}
            <Facts details=&details connection=&connection/>
            <ConsumersSection users=consumers id=id.clone()/>
            <Examples details=&details/>
            {(id.kind == SecretKind::GitDataset).then(|| view! { <PublicKey details=details.clone()/> })}
            {versions}
            <section class="history" aria-labelledby="history-title">
                {History(HistoryProps { history, id: &id })}
            </section>
        </div>
    });
    view! {
        {page}
        {dialog}
    }
}

/// The way back, the names, and the actions.
#[component]
fn Head<'a>(details: &'a SecretDetails, may_write: bool, used: bool) -> impl IntoView + use<> {
    let SecretDetails { id, display_name, .. } = details;
    let list = list_before(&ssr::query());
    let actions = may_write.then(|| view! { <Actions id=id list=&list used/> });
    view! {
        {crumbs(list.clone(), t!(list_title).to_owned())}
        <div class="page-head">
            <div class="names">
                <h1 title=display_name.clone()>{display_name.clone()}</h1>
                <p class="lead">
                    {texts::kind(id.kind)} " "
                    <code id=KUBERNETES_NAME title=t!(secret_kubernetes_name)>{id.to_string()}</code>
                    <CopyButton target=KUBERNETES_NAME.to_owned() what=t!(secret_copy_kubernetes_name)/>
                </p>
            </div>
            {actions}
        </div>
    }
}

/// The actions of editors.
#[component]
fn Actions<'a>(
    id: &'a SecretId,
    /// The address of the list.
    list: &'a str,
    used: bool,
) -> impl IntoView + use<> {
    let query = ssr::query();
    let page = |part: &str| from_secret(id, part, &query);
    let rotate = match id.kind {
        SecretKind::GitDataset => key_address(id, &query),
        SecretKind::ImagePull => format!("{}&{ROTATE}=1", page("edit")),
    };
    // The dialog names the secret by this.
    let doomed = id.to_string();
    view! {
        <div class="choices">
            <form method="post" action=page("check")>
                <input type="hidden" value=doomed/>
                <button>{icon!("plug")} {t!(secret_test)}</button>
            </form>
            <a class="button" href=page("edit")>
                {icon!("pencil")}
                {t!(secret_edit)}
            </a>
            <a class="button" href=rotate>
                {icon!("key")}
                {t!(secret_rotate)}
            </a>
            <a class="button delete" href=page("delete") data-delete=(!used).then(|| list.to_owned())>
                {icon!("bin")}
                {t!(secret_delete)}
            </a>
        </div>
    }
}

/// The notice that a new key waits.
#[component]
fn Waiting<'a>(id: &'a SecretId, may_write: bool) -> impl IntoView + use<> {
    let address = key_address(id, &ssr::query());
    let said = if may_write { t!(secret_key_waits, address) } else { t!(secret_key_waits_to_see, address) };
    view! {
        <p class="to-do">
            {icon!("alert")}
            <span>{said}</span>
        </p>
    }
}

/// The facts.
#[component]
fn Facts<'a>(details: &'a SecretDetails, connection: &'a TestState) -> impl IntoView + use<> {
    let SecretDetails { id, registry_host, username, updated_at, updated_by, now, origins, key, .. } =
        details;
    // Only clients that look an account up by its path use it.
    let scoped = registry_host.as_deref().and_then(|host| RegistryHost::parse(host).ok());
    let scoped = scoped.filter(|known| known.host.path().is_some()).map(|_| t!(secret_path_alone));
    let row = |label: &'static str, value: &'static str| view! { <dt>{label}</dt> <dd>{value}</dd> };
    let code = |label: &'static str, value: String| {
        view! {
            <dt>{label}</dt>
            <dd>
                <code>{value}</code>
            </dd>
        }
    };
    let (tested, value) = match id.kind {
        SecretKind::GitDataset => (texts::field(Field::Repository), t!(secret_private_key)),
        SecretKind::ImagePull => (texts::field(Field::Image), texts::field(Field::Password)),
    };
    let key = match key {
        StoredSshKey::Known(facts) => Some(code(t!(secret_fingerprint), facts.fingerprint.clone())),
        StoredSshKey::Unreadable | StoredSshKey::Unknown => None,
    };
    let trusted = (!connection.trusted.is_empty()).then(|| {
        let keys = connection.trusted.clone();
        let count = t!(secret_keys, count: keys.len());
        view! {
            <dt>{t!(secret_trusted_keys)}</dt>
            <dd>
                <details>
                    <summary>{count}</summary>
                    <TrustedKeys keys/>
                </details>
            </dd>
        }
    });
    let (at, now) = (*updated_at, *now);
    let when = Markup::rendered(view! { <Ago at now/> });
    let changed = t!(secret_changed, when, name: updated_by);
    view! {
        <section class="facts-section" aria-labelledby="facts-title">
            <h2 id="facts-title">{t!(secret_details)}</h2>
            <dl>
                {code(texts::field(Field::Name), id.name.as_str().to_owned())}
                {registry_host.clone().map(|host| code(texts::field(Field::RegistryHost), host))}
                {scoped.map(|said| row(t!(secret_path), said))}
                {username.clone().map(|username| code(texts::field(Field::Username), username))}
                {key}
                {row(value, t!(secret_never_shown))}
                {connection.target.clone().map(|target| code(tested, target))}
                {trusted}
                <DateFacts id=id dates=details.dates now/>
                <dt>{t!(secret_last_changed)}</dt>
                <dd>{changed}</dd>
            </dl>
            <ImportedFrom origins/>
        </section>
    }
}
