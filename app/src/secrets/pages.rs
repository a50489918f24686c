//! The pages Add, Edit and Delete: what they load, and the parts around the form.

use super::{
    LIST,
    confirmation::{confirmation, rejection},
    consumers::{ConsumerList, ConsumersSection, UsedWarning, count_words},
    delete::DeleteQuestion,
    draft,
    form::{Purpose, SecretForm},
    input::{RejectedForm, Returned, Typed},
    keys::section::{GenerateOffer, KeySection},
    list_before,
    load::with_users,
};
use crate::{
    audit::history::History,
    connection_tests::section::TestSection,
    failure::{Noun, Subject, loaded},
    help::inline_help::form_help,
    imports::IMPORT,
    ssr,
    ui::{ago::Ago, confirm::ConfirmPage, icon::icon, place_list::PlaceList},
};
use backend::{Backend, Ctx};
use domain::{
    error::{Error, Field},
    import::Note,
    secret::{Origins, RegistryHost, SecretDetails, SecretId},
    usage::{SecretConsumers, UsageKind},
};
use leptos::prelude::*;

/// The page that adds a secret.
#[component]
pub fn AddPage(
    /// The answer to the form that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| backend.secrets().may_change(&ctx, None).await;
    let subject = Subject { heading: "Add secret", noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, move |()| {
        let purpose = Purpose::Add { submission: ssr::new_submission() };
        let ((rejected, tested), (address, check)) = (parts(returned), addresses());
        let typed = rejected.as_ref().map(|rejected| rejected.typed.clone()).unwrap_or_default();
        let help = form_help(&typed.registry_host);
        view! {
            <h1>"Add secret"</h1>
            <p class="lead">"A credential for one Git repository host or one image registry. Its value is sealed before it is stored. A docker config or Kubernetes Secret can be " <a href=IMPORT>"imported"</a> "."</p>
            <SecretForm purpose rejected=rejected.clone() address cancel=list_before(&ssr::query()) help/>
            <GenerateOffer/>
            <TestSection typed=&typed kind=None rejected=rejected.as_ref() tested address=check/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// Returns the form to show again, from the answer or from a kept draft; and the result of a test.
fn parts(returned: Option<Returned>) -> (Option<RejectedForm>, Option<String>) {
    match returned {
        Some(Returned { form, tested }) => (Some(form), tested),
        None => (draft::take(), None),
    }
}

/// Returns the addresses that the form is sent to, to be saved and to be tested: this page may be the answer
/// to a test, too.
fn addresses() -> (String, String) {
    let address = ssr::address();
    let (path, query) =
        address.split_once('?').map_or((address.as_str(), None), |(path, query)| (path, Some(query)));
    let path = path.strip_suffix("/check").unwrap_or(path);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    (format!("{path}{query}"), format!("{path}/check{query}"))
}

/// The page that edits a secret.
#[component]
pub fn EditPage(
    id: SecretId,
    /// The answer to the form that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let ((rejected, tested), (address, check)) = (parts(returned), addresses());
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let (by, at, now) = (details.updated_by.clone(), details.updated_at, details.now);
        let id = details.id.clone();
        let help = form_help(details.registry_host.as_deref().unwrap_or_default());
        // These are fields of the page, which the form's script does not need.
        let stored = Typed {
            repository: details.target.clone().unwrap_or_default(),
            known_hosts: details.known_hosts.clone(),
            image: details.target.clone().unwrap_or_default(),
            ..Typed::default()
        };
        let typed = rejected.as_ref().map_or(stored, |rejected| rejected.typed.clone());
        let purpose = Purpose::Edit { id: id.clone(), stored: Box::new(Typed::stored(&details)) };
        view! {
            <h1>"Edit secret"</h1>
            <p class="lead">
                {id.kind.label()} " " <b>{details.display_name.clone()}</b> ", last changed " <Ago at now/>
                {format!(" by {by}.")}
            </p>
            <UsedWarning users=&users id=&id/>
            <SecretForm purpose rejected=rejected.clone() address cancel help/>
            <TestSection typed=&typed kind=Some(id.kind) rejected=rejected.as_ref() tested address=check/>
            <ConsumersSection users id=id.clone()/>
            <ImportedFrom origins=details.origins.clone()/>
            <KeySection details/>
            <History id/>
        }
    };
    with_users(id, true, show)
}

/// The confirmation of deletion, as a page of its own.
#[component]
pub fn DeletePage(
    id: SecretId,
    /// The reason why it was not deleted the last time.
    failure: Option<Error>,
) -> impl IntoView {
    let cancel = list_before(&ssr::query());
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let problem = match &failure {
            Some(Error::Invalid(problems)) => {
                problems.first().map(|error| crate::messages::problem(&error.problem))
            }
            _ => None,
        };
        let title = if problem.is_some() { "There is a problem" } else { "Not deleted" };
        let reason = failure.map(|error| problem.clone().unwrap_or_else(|| crate::messages::error(&error)));
        let failure = reason.clone().map(|message| {
            let field = problem.is_some().then_some(Field::Confirmation.name());
            rejection(title, field, message)
        });
        let used = count_words(&users, UsageKind::of(details.id.kind)).map(|words| {
            view! {
                <div class="in-use">
                    <p class="warning">{icon!("alert")} <span>{format!("It is used by {words}:")}</span></p>
                    <ConsumerList users id=details.id.clone()/>
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
                rejected=failure.map(IntoAny::into_any)
                reason
            >
                <DeleteQuestion id=&details.id display_name=details.display_name keep_days/>
                {used}
            </ConfirmPage>
        }
    };
    with_users(id, true, show)
}

/// The facts about a secret, for those who may not change it.
#[component]
pub fn DetailsPage(id: SecretId) -> impl IntoView {
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails, users: SecretConsumers| {
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
        // The clients that look it up by its path.
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
            <ConsumersSection users id=id.clone()/>
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
    with_users(id, false, show)
}

/// The origins of an imported secret, if they are known.
#[component]
fn ImportedFrom(origins: Origins) -> impl IntoView {
    (!origins.is_empty()).then(|| {
        let kept = origins.places().len();
        let more = usize::try_from(origins.total()).unwrap_or(kept).saturating_sub(kept);
        let more = (more > 0).then(|| format!("Of {more} more the names were not kept."));
        view! {
            <section aria-labelledby="imported-title">
                <h2 id="imported-title">"Imported from"</h2>
                <PlaceList places=origins.places()/>
                {more.map(|said| view! { <p class="hint">{said}</p> })}
            </section>
        }
    })
}
