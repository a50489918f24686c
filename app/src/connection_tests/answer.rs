//! The result of a test as HTML, on a page and in a form that stays open.

use crate::{
    messages,
    secrets::{input::SecretInput, page_beside},
    texts::{self, Markup},
    ui::{ago::Ago, alert::Alert, icon::icon, rendered::rendered},
};
use backend::PORTAL;
use domain::{
    connection_test::{
        HostKey, KnownHosts, Published, Refs, TestCause, TestReport, TestState, TestStatus, Unused,
        UnusedLine,
    },
    error::{Error, Field},
    secret::{SecretId, SecretKind},
    time::Timestamp,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The form with which shown host keys can be approved.
pub enum Approval {
    /// A box in the form that was tested, which sends them with it, after those that it had sent before.
    InForm { approved: String },
    /// A form of their own, for a stored secret; in another tab if the page has a form that must not be lost. The query says
    /// where the person came from.
    OfStored { id: SecretId, new_tab: bool, query: String },
}

/// Returns why a form could not be tested, for the place of the result.
pub fn not_tested(error: &Error) -> String {
    let problems = match error {
        Error::Invalid(errors) => Some(
            errors
                .iter()
                .map(|error| {
                    view! {
                        <li>
                            <a href=format!("#{}", error.field.name())>{crate::messages::problem(&error.problem)}</a>
                        </li>
                    }
                })
                .collect_view(),
        ),
        _ => None,
    }
    .map(|problems| view! { <ul>{problems}</ul> });
    let said = match error {
        Error::NotSignedIn => t!(test_not_signed_in).to_owned(),
        error => crate::messages::error(error),
    };
    view! {
        <Alert title=t!(page_not_tested)>
            <p>{said}</p>
            {problems}
        </Alert>
    }
    .to_html()
}

/// Renders a result for a form, with the ticket that keeps it if the form is saved unchanged.
/// `values_dropped` says that the form was sent as a whole, and its values do not come back.
pub fn html(report: TestReport, input: &SecretInput, ticket: Option<String>, values_dropped: bool) -> String {
    let approved = KnownHosts::parse("", &input.approved_hosts).unwrap_or_default().as_str().to_owned();
    let approval = Approval::InForm { approved };
    let dropped = values_dropped.then(|| {
        view! {
            <p class="hint">{t!(test_values_dropped)}</p>
        }
    });
    view! {
        <Answer report approval=&approval/>
        {ticket.map(|ticket| ticket_field(&ticket))}
        {dropped}
    }
    .to_html()
}

/// Renders the ticket of the last test, as a field of the form that was tested.
pub fn ticket_field(ticket: &str) -> impl IntoView + use<> {
    view! { <input type="hidden" form="secret-form" name="tested" value=ticket.to_owned()/> }
}

/// Renders a result for the form of an image or a dataset that uses this secret.
pub fn used(report: TestReport, id: SecretId) -> String {
    let approval = Approval::OfStored { id, new_tab: true, query: String::new() };
    view! { <Answer report approval=&approval/> }.to_html()
}

/// The class of a result that waits for somebody to approve the keys of a host.
const NEW_HOST: &str = "new-host";

/// Returns the class of a result, which decides on its colour and icon.
pub fn class_of(cause: TestCause) -> &'static str {
    if cause.asks_for_approval() { NEW_HOST } else { cause.status().as_str() }
}

/// Returns the cause that is shown of a secret in this state: before the first test there may be no test target, which a test
/// would only report.
pub fn shown_cause(kind: SecretKind, state: &TestState) -> TestCause {
    match state.cause {
        TestCause::NeverTested if kind == SecretKind::GitDataset && state.target.is_none() => {
            TestCause::NoRepository
        }
        cause => cause,
    }
}

/// The icon and the word of a result, because colour alone is not enough.
#[component]
pub fn CauseWord(cause: TestCause) -> impl IntoView {
    if cause.asks_for_approval() {
        let word = messages::cause_label(cause);
        Either::Left(view! { <span class=format!("check-status {NEW_HOST}")>{icon!("alert")} {word}</span> })
    } else {
        Either::Right(view! { <StatusWord status=cause.status() label=messages::cause_label(cause)/> })
    }
}

/// The icon and the word of a status, because colour alone is not enough.
#[component]
pub fn StatusWord(
    status: TestStatus,
    /// The text in place of the word.
    #[prop(optional)]
    label: Option<&'static str>,
) -> impl IntoView {
    let icon = match status {
        TestStatus::Works => icon!("check"),
        TestStatus::Open => icon!("users"),
        TestStatus::Refused => icon!("ban"),
        TestStatus::Unreachable => icon!("unplugged"),
        TestStatus::HostKeyChanged => icon!("shield"),
        TestStatus::NotTested => icon!("dash"),
    };
    view! {
        <span class=format!("check-status {}", status.as_str())>
            {icon}
            {label.unwrap_or(texts::status(status))}
        </span>
    }
}

/// Returns a sentence about what was found in a repository.
pub fn refs_text(refs: &Refs) -> String {
    let Refs { branch, count, exact, headless } = refs;
    let count = *count;
    match (branch, exact) {
        (Some(branch), true) => t!(test_refs, branch, count),
        (Some(branch), false) => t!(test_refs_more, branch, count),
        (None, true) if *headless => t!(test_refs_headless, count),
        (None, false) if *headless => t!(test_refs_headless_more, count),
        (None, true) if count == 0 => t!(test_refs_empty).to_owned(),
        (None, true) => t!(test_refs_no_default, count),
        (None, false) => t!(test_refs_no_default_more, count),
    }
}

/// Returns when and by whom a secret was tested: the server's own tests are nobody's.
pub(crate) fn tested(at: Timestamp, now: Timestamp, by: &str) -> Markup {
    let when = Markup::rendered(view! { <Ago at now/> });
    if by == PORTAL { t!(test_tested_automatically, when) } else { t!(test_tested, when, name: by) }
}

/// The status, its cause in words, and what to do.
#[component]
pub fn Answer<'a>(report: TestReport, approval: &'a Approval) -> impl IntoView + use<> {
    let message = messages::report(&report);
    let TestReport { cause, host, refs, host_keys, branch: _, retry_after: _, port, hint, unused } = report;
    let status = cause.status();
    let keys = (!host_keys.is_empty()).then(|| {
        let known_as = host.clone().unwrap_or_default();
        view! { <HostKeys cause known_as keys=host_keys approval/> }
    });
    // Hosts that were approved before are still to be saved.
    let carried = match approval {
        Approval::InForm { approved } if keys.is_none() && !approved.is_empty() => Some(view! {
            <input type="hidden" form="secret-form" name="approved_hosts" value=approved.clone()/>
        }),
        _ => None,
    };
    let port = port.filter(|_| status == TestStatus::Unreachable).map(|port| port.to_string());
    let place = host.map(|host| match port {
        Some(port) => Either::Left(t!(test_at_port, host, port).view()),
        None => Either::Right(view! { <code>{host}</code> }),
    });
    // A result that asks for a look at a field links to it.
    let said = if cause.is_about_branch() {
        let field = format!("#{}", Field::Branch.name());
        Either::Left(view! { <a href=field>{message}</a> })
    } else {
        Either::Right(message)
    };
    rendered(view! {
        <div class=format!("check-result {}", class_of(cause))>
            <p>
                <CauseWord cause/>
                {place.map(|place| view! { " " {place} })}
            </p>
            <p>{said}</p>
            {hint.filter(|_| status != TestStatus::Works).map(|hint| view! { <p>{port_hint(&hint)}</p> })}
            {refs.as_ref().map(|refs| view! { <p>{refs_text(refs)}</p> })}
            {keys}
            {unused_text(&unused).map(|text| view! { <p class="hint">{text}</p> })}
            {carried}
        </div>
    })
}

/// Returns a hint at the address that may have been meant if a port is in place of a folder.
pub fn port_hint(address: &str) -> String {
    t!(test_port_hint, address)
}

/// Returns a sentence about the lines of the known hosts that are not used; `None` if all are used.
pub fn unused_text(unused: &[UnusedLine]) -> Option<String> {
    /// The number of lines that are named; more are only counted.
    const NAMED: usize = 5;
    if unused.is_empty() {
        return None;
    }
    let named = unused.iter().take(NAMED).map(|line| {
        let hosts = line.hosts.as_deref().unwrap_or(t!(test_hashed_name));
        t!(test_unused_line, hosts, why: why_unused(line.why))
    });
    let lines = texts::list(named);
    let lines = if unused.len() > NAMED { t!(test_unused_others, lines) } else { lines };
    Some(t!(test_unused, count: unused.len(), lines))
}

/// Returns what is in a line that is not used.
fn why_unused(why: Unused) -> &'static str {
    match why {
        Unused::Authority => t!(test_unused_authority),
        Unused::HardwareKey => t!(test_unused_hardware_key),
        Unused::Dsa => t!(test_unused_dsa),
        Unused::Certificate => t!(test_unused_certificate),
        Unused::FirstProtocol => t!(test_unused_first_protocol),
        Unused::OtherType => t!(test_unused_other_type),
    }
}

/// The keys that a host has: to be compared and approved, or to be warned about.
#[component]
fn HostKeys<'a>(
    cause: TestCause,
    known_as: String,
    keys: Vec<HostKey>,
    approval: &'a Approval,
) -> impl IntoView + use<> {
    let lines = keys.iter().map(|key| format!("{}\n", key.line)).collect::<Vec<_>>().concat();
    let rows = keys
        .into_iter()
        .map(|key| {
            let published = match key.published {
                Published::Unknown => None,
                Published::By(operator) => Some(EitherOf3::A(view! {
                    <span class="check-status works">
                        {icon!("check")} {t!(test_published, operator)}
                    </span>
                })),
                Published::Otherwise(operator) => Some(EitherOf3::B(view! {
                    <span class="check-status host-key-changed">
                        {icon!("shield")} {t!(test_not_published, operator)}
                    </span>
                })),
            };
            let published: Option<EitherOf3<_, _, ()>> = published;
            view! {
                <li>
                    <code>{key.algorithm}</code>
                    " "
                    <code>{key.fingerprint}</code>
                    " "
                    {published}
                </li>
            }
        })
        .collect_view();
    let approve = cause.asks_for_approval().then(|| match approval {
        Approval::InForm { approved } => Either::Left(view! {
            <label class="approve">
                <input
                    type="checkbox"
                    form="secret-form"
                    name="approved_hosts"
                    value=format!("{approved}{lines}")
                    autocomplete="off"
                />
                <span>{t!(test_approve)}</span>
            </label>
        }),
        Approval::OfStored { id, new_tab, query } => Either::Right(view! {
            <form method="post" action=page_beside(id, "known-hosts", query) target=new_tab.then_some("_blank")>
                <input type="hidden" name="approved_hosts" value=lines/>
                <button class="primary">{t!(test_trust)}</button>
            </form>
        }),
    });
    view! {
        <p>{t!(test_keys_of, host: known_as)}</p>
        <ul class="host-keys">{rows}</ul>
        {approve}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(published: Published) -> HostKey {
        HostKey {
            algorithm: "ssh-ed25519".to_owned(),
            fingerprint: "SHA256:x".to_owned(),
            line: "host ssh-ed25519 AAAA".to_owned(),
            published,
        }
    }

    fn shown(cause: TestCause, keys: Vec<HostKey>) -> String {
        let report = TestReport {
            host: Some("<b>host".to_owned()),
            refs: Some(Refs { branch: Some("<i>main".to_owned()), count: 1, exact: true, headless: false }),
            host_keys: keys,
            ..TestReport::new(cause)
        };
        html(report, &SecretInput::default(), None, false)
    }

    #[test]
    fn answer_shows_icon_and_word_and_escapes_a_peers_text() {
        for cause in TestCause::ALL {
            let shown = shown(cause, Vec::new());
            assert!(shown.contains("<i class=\"icon i-") && shown.contains(cause.label()), "{shown}");
            assert!(!shown.contains("<b>") && !shown.contains("<i>"), "{shown}");
        }
    }

    #[test]
    fn answer_offers_approval_only_for_an_unknown_host() {
        let approve = "name=\"approved_hosts\"";
        for cause in [TestCause::HostKeyUnknown, TestCause::HostKeyForAnotherPort] {
            assert!(shown(cause, vec![key(Published::By("GitHub"))]).contains(approve));
        }
        for cause in [TestCause::HostKeyChanged, TestCause::HostKeyNotPublished, TestCause::HostKeyRevoked] {
            let shown = shown(cause, vec![key(Published::Otherwise("GitHub"))]);
            assert!(!shown.contains(approve) && shown.contains("not one that GitHub publishes"), "{shown}");
        }
    }

    #[test]
    fn html_contains_hints_and_unused_hosts() {
        let report = TestReport {
            host: Some("host".to_owned()),
            port: Some(22),
            hint: Some("ssh://root@host:47022/a".to_owned()),
            unused: KnownHosts::stored("@cert-authority *.x ssh-rsa AAAAB3NzaC1yc2EA\n").unused().collect(),
            ..TestReport::new(TestCause::ConnectionRefused)
        };
        let html = html(report, &SecretInput::default(), None, false);
        for said in [
            ", port 22",
            "write ssh://root@host:47022/a",
            "1 line of the known hosts",
            "*.x (a certificate authority)",
        ] {
            assert!(html.contains(said), "{said}: {html}");
        }
    }

    #[test]
    fn tested_says_who_and_when_and_escapes_people() {
        let at = Timestamp::from_micros(0);
        let said = |by| tested(at, at, by).as_str().to_owned();
        assert!(said(PORTAL).starts_with("Tested automatically <time"), "{}", said(PORTAL));
        assert!(said("<b>ana").ends_with("</time> by &lt;b&gt;ana."), "{}", said("<b>ana"));
    }

    #[test]
    fn refs_text_is_a_sentence() {
        let text = |branch: Option<&str>, count, exact| {
            refs_text(&Refs { branch: branch.map(str::to_owned), count, exact, headless: false })
        };
        let headless = refs_text(&Refs { branch: None, count: 2, exact: true, headless: true });
        assert!(headless.contains("doesn't exist") && headless.ends_with("2 refs."), "{headless}");
        assert_eq!(text(Some("main"), 1, true), "Default branch main, 1 ref.");
        assert_eq!(text(Some("main"), 20_000, false), "Default branch main, more than 20,000 refs.");
        assert_eq!(text(None, 0, true), "It is empty: no branch and no tag.");
        assert_eq!(text(None, 2, true), "No default branch, 2 refs.");
    }
}
