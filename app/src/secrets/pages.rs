//! The pages Add, Edit and Delete: what they load, and the parts around the form.

use super::{
    LIST,
    confirmation::{NotDeleted, confirmation},
    consumers::{ConsumerList, UsedWarning, count_words},
    dates,
    delete::question,
    draft,
    form::{Purpose, SecretForm},
    form_parts,
    input::{ROTATE, RejectedForm, Returned, Typed},
    list_before,
    load::with_users,
    page_of, place_before,
    server_markup::{FormParts, ServerMarkup},
};
use crate::{
    connection_tests::{
        button::EnhanceTest,
        section::{button, target},
    },
    failure::{Noun, Subject, loaded},
    help::inline_help::{key_help, registries},
    imports::IMPORT,
    island_texts::FormTexts,
    ssr,
    texts::{self, Markup},
    ui::{ago::Ago, confirm::ConfirmPage, icon::icon},
};
use backend::{Backend, Ctx};
use domain::{
    error::Field,
    secret::{SecretDetails, SecretId, SecretKind},
    time::Timestamp,
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
    let subject = Subject { heading: t!(secret_add), noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, move |()| {
        let purpose = Purpose::Add { submission: ssr::new_submission() };
        let ((rejected, tested), (address, check)) = (parts(returned), addresses());
        // Links may name the type.
        let first = || Typed { kind: ssr::query_parameter("type").unwrap_or_default(), ..Typed::default() };
        let typed = rejected.as_ref().map_or_else(first, |rejected| rejected.typed.clone());
        let parts = FormParts {
            kind: form_parts::types(&typed.kind, rejected.is_none()),
            ways: form_parts::ways(&typed),
            keys: key_help(),
            registries: registries(&typed.registry_host),
            target: target(
                &typed,
                None,
                rejected.as_ref(),
                tested,
                dates::fields(&typed, rejected.as_ref().and_then(|form| form.error.as_ref()), None),
            ),
            test: test_button(&check, t!(secret_add_test_hint)),
        };
        view! {
            <h1>{t!(secret_add)}</h1>
            <p class="lead">{t!(secret_add_lead, address: IMPORT)}</p>
            <SecretForm purpose rejected address cancel=list_before(&ssr::query()) parts/>
            <FormTexts/>
            <EnhanceTest/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// Renders the button that tests the form at this address.
fn test_button(address: &str, hint: &'static str) -> ServerMarkup {
    ServerMarkup::render(button(address, hint, true).into_view())
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
    let rotates = id.kind == SecretKind::ImagePull && ssr::query_parameter(ROTATE).is_some();
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let (by, at, now) = (details.updated_by.clone(), details.updated_at, details.now);
        let id = details.id.clone();
        // These are fields of the page, which the form's script does not need.
        let stored = Typed {
            repository: details.target.clone().unwrap_or_default(),
            known_hosts: details.known_hosts.clone(),
            image: details.target.clone().unwrap_or_default(),
            expires_at: details.dates.expires_at.map(Timestamp::rfc3339).unwrap_or_default(),
            renew_every_days: details.dates.renew_every_days.map(|days| days.to_string()).unwrap_or_default(),
            stop_when_expired: if details.dates.stop_when_expired { "on".to_owned() } else { String::new() },
            ..Typed::default()
        };
        let typed = rejected.as_ref().map_or(stored, |rejected| rejected.typed.clone());
        let mut form = Typed::stored(&details);
        if rotates {
            ROTATE.clone_into(&mut form.submission);
        }
        let purpose = Purpose::Edit { id: id.clone(), stored: Box::new(form) };
        let parts = FormParts {
            kind: form_parts::locked_type(id.kind),
            ways: form_parts::stored_key(&details),
            keys: key_help(),
            registries: form_parts::folded_registries(details.registry_host.as_deref().unwrap_or_default()),
            target: target(
                &typed,
                Some(id.kind),
                rejected.as_ref(),
                tested,
                dates::fields(&typed, rejected.as_ref().and_then(|form| form.error.as_ref()), Some(&id)),
            ),
            test: test_button(&check, t!(secret_edit_test_hint)),
        };
        let when = Markup::rendered(view! { <Ago at now/> });
        let (kind, address_of_page) = (texts::kind(id.kind), page_of(&id, "", &ssr::query()));
        let name = &details.display_name;
        let (heading, lead) = if rotates {
            (t!(secret_rotate_heading), t!(secret_rotate_lead, kind, address: &address_of_page, name))
        } else {
            let lead = t!(secret_edit_lead, kind, address: &address_of_page, name, when, by);
            (t!(secret_edit_heading), lead)
        };
        view! {
            <h1>{heading}</h1>
            <p class="lead">{lead}</p>
            <UsedWarning users=&users id=&id page=&address_of_page/>
            <SecretForm purpose rejected address cancel parts/>
            <FormTexts/>
            <EnhanceTest/>
        }
    };
    with_users(id, true, show)
}

/// The confirmation of deletion, as a page of its own.
#[component]
pub fn DeletePage(
    id: SecretId,
    /// The reason why it was not deleted the last time, and what was typed.
    failure: Option<NotDeleted>,
) -> impl IntoView {
    let cancel = place_before(&ssr::query(), &id);
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let name = details.id.name.as_str().to_owned();
        let reason = failure.as_ref().map(|failure| failure.reason(&name));
        let rejected = failure.as_ref().map(|failure| failure.alert(&name));
        let names = [details.display_name.clone(), name.clone()].map(Markup::rendered);
        let [display_name, shown_name] = names;
        let question = question(display_name, shown_name, keep_days);
        let used = count_words(&users, UsageKind::of(details.id.kind)).map(|words| {
            view! {
                <div class="in-use">
                    <p class="warning">{icon!("alert")} <span>{t!(consumers_in_use, consumers: words)}</span></p>
                    <ConsumerList users id=details.id.clone()/>
                    {confirmation(texts::field(Field::Confirmation), &name, failure.as_ref())}
                </div>
            }
        });
        view! {
            <ConfirmPage
                heading=t!(secret_delete_heading).to_owned()
                cancel
                confirm=t!(page_ok)
                rejected=rejected.map(IntoAny::into_any)
                reason
            >
                {question}
                {used}
            </ConfirmPage>
        }
    };
    with_users(id, true, show)
}
