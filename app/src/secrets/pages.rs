//! The pages Add, Edit and Delete: what they load, and what they say around the form.

use super::{
    LIST,
    delete::DeleteQuestion,
    form::{Purpose, SecretForm},
    input::Typed,
    keys::{GenerateOffer, KeySection},
    list_before,
    selection::refusal,
    users::{UsedWarning, UserList, UsersSection, count_words},
};
use crate::{
    audit::History,
    checks::section::CheckSection,
    error::ApiError,
    failure::LoadFailure,
    help::place_of_need::form_help,
    imports::IMPORT,
    ssr,
    ui::{
        ago::Ago,
        confirm::ConfirmPage,
        field::{FieldText, field_frame},
        icon::icon,
        place_list::PlaceList,
    },
};
use domain::{
    error::{Error, Field},
    import::Note,
    secret::{Origins, RegistryHost, SecretDetails, SecretId},
    usage::{SecretUsers, UsageKind},
};
use leptos::{either::Either, prelude::*};

/// Add a secret.
#[component]
pub fn AddPage() -> impl IntoView {
    let page = Suspend::new(async move {
        let may = match ssr::request() {
            Ok((backend, ctx)) => backend.secrets().may_change(&ctx, None).await.map_err(ssr::refuse),
            Err(error) => Err(error),
        };
        match may {
            Ok(()) => {
                let purpose = Purpose::Add { submission: ssr::new_submission() };
                let (refused, (address, check)) = (ssr::refused(), addresses());
                let typed = refused.as_ref().map(|refused| refused.typed.clone()).unwrap_or_default();
                let help = form_help(&typed.registry_host);
                Either::Left(view! {
                    <h1>"Add secret"</h1>
                    <p class="lead">"A credential for one Git repository host or one image registry. Its value is sealed before it is stored. A docker config or Kubernetes Secret can be " <a href=IMPORT>"imported"</a> "."</p>
                    <SecretForm purpose refused=refused.clone() address cancel=list_before(&ssr::query()) help/>
                    <GenerateOffer/>
                    <CheckSection typed kind=None refused address=check/>
                })
            }
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Add secret" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// Where the form of this page is sent, and where it is sent to be tested: this page too may be the answer to a test.
fn addresses() -> (String, String) {
    let address = ssr::address();
    let (path, query) =
        address.split_once('?').map_or((address.as_str(), None), |(path, query)| (path, Some(query)));
    let path = path.strip_suffix("/check").unwrap_or(path);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    (format!("{path}{query}"), format!("{path}/check{query}"))
}

/// Edit a secret.
#[component]
pub fn EditPage() -> impl IntoView {
    let (refused, (address, check)) = (ssr::refused(), addresses());
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails, users: SecretUsers| {
        let (by, at, now) = (details.updated_by.clone(), details.updated_at, details.now);
        let id = details.id.clone();
        let help = form_help(details.registry_host.as_deref().unwrap_or_default());
        // These are fields of the page, and of no concern to the form's script.
        let stored = Typed {
            repository: details.target.clone().unwrap_or_default(),
            known_hosts: details.known_hosts.clone(),
            image: details.target.clone().unwrap_or_default(),
            ..Typed::default()
        };
        let typed = refused.as_ref().map_or(stored, |refused| refused.typed.clone());
        let purpose = Purpose::Edit { id: id.clone(), stored: Box::new(Typed::stored(&details)) };
        view! {
            <h1>"Edit secret"</h1>
            <p class="lead">
                {id.kind.label()} " " <b>{details.display_name.clone()}</b> ", last changed " <Ago at now/>
                {format!(" by {by}.")}
            </p>
            <UsedWarning users=&users id=&id/>
            <SecretForm purpose refused=refused.clone() address cancel help/>
            <CheckSection typed kind=Some(id.kind) refused address=check/>
            <UsersSection users id=id.clone()/>
            <ImportedFrom origins=details.origins.clone()/>
            <KeySection details/>
            <History id/>
        }
    };
    with_users(true, show)
}

/// The confirmation as a page of its own.
#[component]
pub fn DeletePage() -> impl IntoView {
    let failure = ssr::refused().and_then(|refused| refused.error);
    let cancel = list_before(&ssr::query());
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let show = move |details: SecretDetails, users: SecretUsers| {
        let problem = match &failure {
            Some(Error::Invalid(problems)) => problems.first().map(|error| error.problem.message()),
            _ => None,
        };
        let title = if problem.is_some() { "There is a problem" } else { "Not deleted" };
        let reason =
            failure.map(|error| problem.clone().unwrap_or_else(|| ApiError::Refused(error).message()));
        let failure = reason.clone().map(|message| {
            let field = problem.is_some().then_some(Field::Confirmation.key());
            refusal(title, field, message)
        });
        let used = count_words(&users, UsageKind::of(details.id.kind)).map(|words| {
            view! {
                <div class="in-use">
                    <p class="warning">{icon!("alert")} <span>{format!("It is used by {words}:")}</span></p>
                    <UserList users id=details.id.clone()/>
                    {confirmation(
                        Field::Confirmation.label(),
                        "Type it to delete the secret all the same.",
                        None,
                        problem,
                    )}
                </div>
            }
        });
        view! {
            <ConfirmPage
                heading="Delete Secret".to_owned()
                cancel
                confirm="OK"
                refused=failure.map(IntoAny::into_any)
                reason
            >
                <DeleteQuestion id=details.id display_name=details.display_name keep_days/>
                {used}
            </ConfirmPage>
        }
    };
    with_users(true, show)
}

/// The field in which it is said once more that a used secret is to be deleted.
pub(super) fn confirmation(
    label: &'static str,
    hint: &'static str,
    // The id of what says what to type, where the hint does not.
    words: Option<&'static str>,
    problem: Option<String>,
) -> impl IntoView {
    let field = Field::Confirmation;
    let text = FieldText { id: field.key(), label, mark: "required", hint };
    let described = words.map(str::to_owned).into_iter().chain(text.described_by(problem.is_some()));
    let described = described.collect::<Vec<_>>().join(" ");
    let input = view! {
        <input
            type="text"
            id=field.key()
            name=field.key()
            class="mono"
            aria-required="true"
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=described
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            autofocus=problem.is_some()
        />
    };
    field_frame(text, Signal::stored(problem), None, input)
}

/// What is known of a secret, for those who may not change it.
#[component]
pub fn DetailsPage() -> impl IntoView {
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails, users: SecretUsers| {
        let key = view! { <KeySection details=details.clone()/> };
        let SecretDetails {
            id,
            display_name,
            registry_host,
            username,
            updated_at,
            updated_by,
            now,
            origins,
            ..
        } = details;
        // Which clients look it up by its path.
        let scoped = registry_host.as_deref().and_then(|host| RegistryHost::parse(host).ok());
        let scoped = scoped.filter(|known| known.host.path().is_some()).map(|_| Note::PathScoped.message());
        let row = |label: &'static str, value: String| view! { <dt>{label}</dt> <dd>{value}</dd> };
        view! {
            <h1>{display_name}</h1>
            <p class="lead">
                {id.kind.label()} ", last changed " <Ago at=updated_at now/> {format!(" by {updated_by}.")}
            </p>
            <dl>
                {row("Name", id.name.as_str().to_owned())}
                {row("Kubernetes name", id.to_string())}
                {registry_host.map(|host| row("Registry Host", host))}
                {scoped.map(|said| row("Used", said))}
                {username.map(|username| row("Username", username))}
                {row("Value", "stored, and shown by no page".to_owned())}
            </dl>
            <UsersSection users id=id.clone()/>
            <ImportedFrom origins/>
            {key}
            <p>
                <a class="button" href=cancel>
                    "Back to the secrets"
                </a>
            </p>
            <History id/>
        }
    };
    with_users(false, show)
}

/// Where an imported secret came from, where that is known.
#[component]
fn ImportedFrom(origins: Origins) -> impl IntoView {
    (!origins.is_empty()).then(|| {
        let kept = origins.places().len();
        let more = usize::try_from(origins.total()).unwrap_or(kept).saturating_sub(kept);
        let more = (more > 0).then(|| format!("Of {more} more the names were not kept."));
        view! {
            <section aria-labelledby="imported-title">
                <h2 id="imported-title">"Imported from"</h2>
                <PlaceList places=origins.places().to_vec()/>
                {more.map(|said| view! { <p class="hint">{said}</p> })}
            </section>
        }
    })
}

/// Loads the secret that the address names and who uses it, and shows them, or says why not.
pub(super) fn with_users<V: IntoView + 'static>(
    to_change: bool,
    show: impl FnOnce(SecretDetails, SecretUsers) -> V + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        let loaded = match load(to_change).await {
            Ok(details) => load_users(&details.id).await.map(|users| (details, users)),
            Err(error) => Err(error),
        };
        match loaded {
            Ok((details, users)) => Either::Left(show(details, users)),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load_users(id: &SecretId) -> Result<SecretUsers, ApiError> {
    let (backend, ctx) = ssr::request()?;
    backend.usages().of_secret(&ctx, id).await.map_err(ssr::refuse)
}

/// Loads the secret that the address names, and shows it, or says why not.
pub(super) fn with_secret<V: IntoView + 'static>(
    // For whom is it: those who may change it.
    to_change: bool,
    show: impl FnOnce(SecretDetails) -> V + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        match load(to_change).await {
            Ok(details) => Either::Left(show(details)),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load(to_change: bool) -> Result<SecretDetails, ApiError> {
    let (backend, ctx) = ssr::request()?;
    let id = ssr::path_segment(2).and_then(|id| SecretId::parse(&id));
    let id = id.ok_or_else(|| ssr::refuse(Error::NotFound))?;
    if to_change {
        backend.secrets().may_change(&ctx, Some(&id)).await.map_err(ssr::refuse)?;
    }
    backend.secrets().get(&ctx, &id).await.map_err(ssr::refuse)
}
