//! The pages Add, Edit and Delete: what they load, and the parts around the form.

use super::{
    LIST,
    confirmation::{confirmation, rejection},
    consumers::{ConsumerList, ConsumersSection, UsedWarning, count_words},
    delete::DeleteQuestion,
    draft,
    form::{Purpose, SecretForm},
    imported_from::ImportedFrom,
    input::{RejectedForm, Returned, Typed},
    keys::section::{GenerateOffer, KeySection},
    list_before,
    load::with_users,
    place_before, secret_address,
};
use crate::{
    audit::history::History,
    connection_tests::section::TestSection,
    failure::{Subject, loaded},
    help::inline_help::form_help,
    imports::IMPORT,
    ssr,
    ui::{ago::Ago, confirm::ConfirmPage, icon::icon},
};
use backend::{Backend, Ctx};
use domain::{
    error::{Error, Field},
    secret::{SecretDetails, SecretId},
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
    let subject = Subject { heading: "Add secret", noun: "secret", list: LIST };
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
    let cancel = place_before(&ssr::query(), &id);
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
                {id.kind.label()} " " <a href=secret_address(&id)>{details.display_name.clone()}</a> ", last changed " <Ago at now/>
                {format!(" by {by}.")}
            </p>
            <UsedWarning users=&users id=&id/>
            <SecretForm purpose rejected=rejected.clone() address cancel help/>
            <TestSection typed=&typed kind=Some(id.kind) rejected=rejected.as_ref() tested address=check/>
            <ConsumersSection users id=id.clone()/>
            <ImportedFrom origins=&details.origins/>
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
    let cancel = place_before(&ssr::query(), &id);
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let problem = match &failure {
            Some(Error::Invalid(problems)) => problems.first().map(|error| error.problem.message()),
            _ => None,
        };
        let title = if problem.is_some() { "There is a problem" } else { "Not deleted" };
        let reason = failure.map(|error| problem.clone().unwrap_or_else(|| error.message()));
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
