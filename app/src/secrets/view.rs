//! The page of one secret: its status, facts and consumers, how it is used, and its history. Readers see no actions.

pub mod examples;
pub mod status;

use super::{
    LIST,
    consumers::ConsumersSection,
    delete::DeleteDialog,
    from_secret,
    imported_from::ImportedFrom,
    keys::{key_address, section::PublicKey},
    list_before,
};
use crate::{
    audit::history::{Shown as History, ShownProps as HistoryProps},
    connection_tests::page::TrustedKeys,
    failure::{Noun, Subject, loaded},
    ssr,
    ui::{ago::Ago, copy::CopyButton, icon::icon, rendered::rendered},
};
use backend::{Backend, Ctx, SecretView};
use domain::{
    access::Role,
    connection_test::TestState,
    error::Field,
    import::Note,
    secret::{RegistryHost, SecretDetails, SecretId, SecretKind, StoredSshKey},
};
use examples::Examples;
use leptos::prelude::*;
use status::Status;

const SUBJECT: Subject = Subject { heading: "Secrets", noun: Noun::Secret, list: LIST };

/// The id of the element with the Kubernetes name, which is copied.
const KUBERNETES_NAME: &str = "kubernetes-name";

/// The page of one secret.
#[component]
pub fn SecretPage(id: SecretId) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { backend.secrets().view(&ctx, &id).await };
    loaded(SUBJECT, load, |view| view! { <Shown view/> })
}

#[component]
fn Shown(view: SecretView) -> impl IntoView {
    let SecretView { details, connection, tests, consumers, history } = view;
    let id = details.id.clone();
    let may_write = ssr::may(Role::Editor);
    let used = details.used_by != Some(0);
    // Islands are rendered where they stand, after the rest.
    let dialog = (may_write && !used).then(|| {
        let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
        view! { <DeleteDialog keep_days/> }
    });
    let now = details.now;
    let status = view! { <Status id=&id state=connection.clone() tests now may_write/> };
    let page = rendered(view! {
        <Head details=&details may_write used/>
        {details.pending.is_some().then(|| view! { <Waiting id=&id may_write/> })}
        <div class="secret-page">
            {status}
            <Facts details=&details connection=&connection/>
            <ConsumersSection users=consumers id=id.clone()/>
            <Examples details=&details/>
            {(id.kind == SecretKind::GitDataset).then(|| view! { <PublicKey details=details.clone()/> })}
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
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href=list.clone()>"Secrets"</a>
        </nav>
        <div class="page-head">
            <div class="names">
                <h1 title=display_name.clone()>{display_name.clone()}</h1>
                <p class="lead">
                    {id.kind.label()} " "
                    <code id=KUBERNETES_NAME title="Kubernetes name">{id.to_string()}</code>
                    <CopyButton target=KUBERNETES_NAME.to_owned() what=" the Kubernetes name"/>
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
        SecretKind::ImagePull => format!("{}#{}", page("edit"), Field::Password.name()),
    };
    // The dialog names the secret by this.
    let doomed = id.to_string();
    view! {
        <div class="choices">
            <form method="post" action=page("check")>
                <input type="hidden" value=doomed/>
                <button>{icon!("plug")} "Test"</button>
            </form>
            <a class="button" href=page("edit")>
                {icon!("pencil")}
                "Edit"
            </a>
            <a class="button" href=rotate>
                {icon!("key")}
                "Rotate"
            </a>
            <a class="button delete" href=page("delete") data-delete=(!used).then(|| list.to_owned())>
                {icon!("bin")}
                "Delete"
            </a>
        </div>
    }
}

/// The notice that a new key waits.
#[component]
fn Waiting<'a>(id: &'a SecretId, may_write: bool) -> impl IntoView + use<> {
    let words = if may_write { "Finish the rotation" } else { "Show the new key" };
    view! {
        <p class="to-do">
            {icon!("alert")}
            <span>
                <b>"A new key is waiting. "</b>
                "The current key stays active until someone switches to the new one. "
                <a href=key_address(id, &ssr::query())>{words}</a>
            </span>
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
    let scoped = scoped.filter(|known| known.host.path().is_some()).map(|_| Note::PathScoped.message());
    let row = |label: &'static str, value: String| view! { <dt>{label}</dt> <dd>{value}</dd> };
    let code = |label: &'static str, value: String| {
        view! {
            <dt>{label}</dt>
            <dd>
                <code>{value}</code>
            </dd>
        }
    };
    let (tested, value) = match id.kind {
        SecretKind::GitDataset => ("Test repository", "Private key"),
        SecretKind::ImagePull => ("Test image", "Password"),
    };
    let key = match key {
        StoredSshKey::Known(facts) => Some(code("Fingerprint", facts.fingerprint.clone())),
        StoredSshKey::Unreadable | StoredSshKey::Unknown => None,
    };
    let trusted = (!connection.trusted.is_empty()).then(|| {
        let keys = connection.trusted.clone();
        let count = match keys.len() {
            1 => "1 key".to_owned(),
            count => format!("{count} keys"),
        };
        view! {
            <dt>"Trusted host keys"</dt>
            <dd>
                <details>
                    <summary>{count}</summary>
                    <TrustedKeys keys/>
                </details>
            </dd>
        }
    });
    view! {
        <section class="facts-section" aria-labelledby="facts-title">
            <h2 id="facts-title">"Details"</h2>
            <dl>
                {code("Name", id.name.as_str().to_owned())}
                {registry_host.clone().map(|host| code(Field::RegistryHost.label(), host))}
                {scoped.map(|said| row("Scope", said))}
                {username.clone().map(|username| code(Field::Username.label(), username))}
                {key}
                {row(value, "Encrypted, never shown".to_owned())}
                {connection.target.clone().map(|target| code(tested, target))}
                {trusted}
                <dt>"Last changed"</dt>
                <dd>
                    <Ago at=*updated_at now=*now/>
                    {format!(" by {updated_by}")}
                </dd>
            </dl>
            <ImportedFrom origins/>
        </section>
    }
}
