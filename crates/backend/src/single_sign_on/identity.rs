//! A person's identity at the provider, and the name and role that follow from it here.

use super::{SingleSignOnConfig, claims::Claims};
use crate::random;
use domain::{
    access::{Role, SignOnProblem, UserName},
    sensitive::Sensitive,
    time::Timestamp,
};
use serde_json::{Map, Value};

/// A person for whom the provider vouches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// The id by which the provider always knows the person (`sub`).
    pub(super) subject: String,
    /// The names that the person has there, the most fitting first.
    pub(super) names: Vec<String>,
    /// The groups of the person, or `None` if the provider said nothing of groups.
    pub(super) groups: Option<Vec<String>>,
    /// Whether the provider leaves the groups out, because they are too many.
    pub(super) left_out: bool,
    /// The time of the person's last proof of identity there, if known.
    pub(super) proven_at: Option<Timestamp>,
    /// The provider's own session, if it names one.
    pub(super) session: Option<String>,
}

impl Identity {
    /// Returns the highest role that the groups give.
    pub(super) fn role(&self, config: &SingleSignOnConfig) -> Option<Role> {
        let theirs = self.groups.as_deref().unwrap_or_default();
        let is_in = |group: &str| {
            let group = top_level(group);
            !group.is_empty() && theirs.iter().any(|their| top_level(their) == group)
        };
        config.groups.iter().filter(|(group, _)| is_in(group)).map(|(_, role)| *role).max()
    }

    /// Returns the reason why none of the groups gives a role.
    pub(super) fn without_role(&self) -> SignOnProblem {
        match &self.groups {
            _ if self.left_out => SignOnProblem::GroupsLeftOut,
            None => SignOnProblem::NoGroupsTold,
            Some(_) => SignOnProblem::NoGroup,
        }
    }

    /// Returns names for a new user, in the order in which they are tried. A name that somebody has is never taken over: the
    /// provider's host distinguishes the two, and finally the subject does.
    pub(super) fn user_names(&self, host: &str) -> Vec<UserName> {
        let plain = self.names.iter().find_map(|name| UserName::parse(name).ok());
        let with_host = plain.as_ref().and_then(|name| {
            let local = name.as_str().split('@').next().unwrap_or_default();
            UserName::parse(&format!("{local}@{host}")).ok()
        });
        let hash = random::hex(&random::hash(&Sensitive::new(self.subject.as_str())));
        let by_subject = UserName::parse(&format!("user-{}", hash.get(..16).unwrap_or_default())).ok();
        let mut names: Vec<_> = [plain, with_host, by_subject].into_iter().flatten().collect();
        names.dedup();
        names
    }
}

/// Returns the name of a top-level group, which Keycloak writes as a path, `/admins`.
fn top_level(group: &str) -> &str {
    group.strip_prefix('/').unwrap_or(group)
}

/// Returns the groups in the configured claim: a list of texts, one text, or an object with a member for each group, as
/// Zitadel has it. `None` if there is no such claim.
pub(super) fn groups(claims: &Claims, config: &SingleSignOnConfig) -> Option<Vec<String>> {
    match find(claims.all(), &config.groups_claim)? {
        Value::String(text) => Some(from_text(text, config)),
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::Object(all) => {
            Some(all.iter().filter(|(_, about)| about.is_object()).map(|(name, _)| name.clone()).collect())
        }
        Value::Null => None,
        _ => Some(Vec::new()),
    }
}

/// Returns the groups in one text: one group, or several, in a list in brackets, as Cognito writes it, or separated by commas
/// or semicolons, or by spaces unless a configured group contains one.
fn from_text(text: &str, config: &SingleSignOnConfig) -> Vec<String> {
    let mut found = vec![text.to_owned()];
    let text = text.trim();
    if let Ok(list) = serde_json::from_str::<Vec<String>>(text) {
        found.extend(list);
        return found;
    }
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if text.contains([',', ';']) {
        found.extend(text.split([',', ';']).map(|group| group.trim().to_owned()));
    } else if !config.groups.iter().any(|(group, _)| group.contains(char::is_whitespace)) {
        found.extend(text.split_whitespace().map(str::to_owned));
    }
    found
}

/// Finds a claim by its name, or by the path to it: `realm_access.roles`. A name may contain dots, too.
fn find<'c>(claims: &'c Map<String, Value>, path: &str) -> Option<&'c Value> {
    if let Some(found) = claims.get(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let inner = claims.get(path.get(..dot)?)?.as_object()?;
        find(inner, path.get(dot + 1..)?)
    })
}

/// Returns whether the provider says that it leaves the claim out: Entra names where it could be asked for, for people in
/// more than 200 groups (`_claim_names`, `hasgroups`).
pub(super) fn left_out(claims: &Claims, claim: &str) -> bool {
    let elsewhere = claims.get("_claim_names").and_then(Value::as_object);
    let has_groups = match claims.get("hasgroups") {
        Some(Value::Bool(has)) => *has,
        Some(Value::String(has)) => has.eq_ignore_ascii_case("true"),
        _ => false,
    };
    elsewhere.is_some_and(|names| names.contains_key(claim)) || (has_groups && claim == "groups")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::single_sign_on::{Issuer, StepUp};
    use serde_json::json;

    fn config(claim: &str, groups: &[(&str, Role)]) -> SingleSignOnConfig {
        SingleSignOnConfig {
            issuer: Issuer::parse("https://login.example").unwrap(),
            client_id: "latchkey".to_owned(),
            client_secret: None,
            groups_claim: claim.to_owned(),
            groups: groups.iter().map(|(group, role)| ((*group).to_owned(), *role)).collect(),
            step_up: StepUp::AuthTime,
            logout_suspends_tokens: true,
        }
    }

    fn identity(names: &[&str], groups: Option<&[&str]>) -> Identity {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Identity {
            subject: "248289761001".to_owned(),
            names: owned(names),
            groups: groups.map(owned),
            ..Identity::default()
        }
    }

    fn names(texts: &[&str]) -> Vec<String> {
        let names = identity(texts, None).user_names("login.example");
        names.iter().map(|name| name.as_str().to_owned()).collect()
    }

    #[test]
    fn role_returns_highest_of_all_groups() {
        let config = config("groups", &[("ops", Role::Admin), ("staff", Role::Reader)]);
        let role = |groups| identity(&[], groups).role(&config);
        assert_eq!(role(Some(&["staff", "ops"])), Some(Role::Admin));
        assert_eq!(role(Some(&["staff", "others"])), Some(Role::Reader));
        assert_eq!(role(Some(&["OPS", "op", "ops "])), None, "names of groups are compared to the letter");
        assert_eq!(role(Some(&[])), None);
        assert_eq!(role(None), None);
    }

    #[test]
    fn user_names_are_valid_names() {
        let last = "user-d09f5f0eb7be0f7c".len();
        assert_eq!(names(&["Ana"])[..2], ["ana", "ana@login.example"]);
        assert_eq!(names(&["Ana Lopez", "ana@corp.example"])[..2], ["ana@corp.example", "ana@login.example"]);
        assert_eq!(names(&["<b>", "", "é"]).len(), 1);
        assert!(names(&[])[0].starts_with("user-") && names(&[])[0].len() == last);
        assert_eq!(names(&["ana@login.example"])[0], "ana@login.example");
        assert_eq!(names(&["ana@login.example"]).len(), 2);
    }

    fn read(config: &SingleSignOnConfig, claims: &Value) -> Option<Vec<String>> {
        groups(&Claims::from_json(claims.to_string().as_bytes()).unwrap(), config)
    }

    #[test]
    fn groups_accept_list_and_text() {
        let config = config("groups", &[("ops", Role::Admin)]);
        let read = |claim: Value| read(&config, &json!({ "groups": claim }));
        assert_eq!(read(json!(["a", 1, "b c"])), Some(vec!["a".to_owned(), "b c".to_owned()]));
        assert_eq!(read(json!("a")).unwrap()[0], "a");
        assert_eq!(read(json!({"a": true})), Some(Vec::new()));
        assert_eq!(read(json!(null)), None);
        assert_eq!(super::groups(&Claims::default(), &config), None);
    }

    #[test]
    fn role_is_found_in_every_form_of_groups() {
        let of = |claim: &str, group: &str, claims: Value| {
            let config = config(claim, &[(group, Role::Editor)]);
            Identity { groups: read(&config, &claims), ..Identity::default() }.role(&config)
        };
        let groups = |group: &str, claim: Value| of("groups", group, json!({ "groups": claim }));
        for (group, claim) in [
            ("ops", json!("staff,ops")),
            ("ops", json!("staff, ops")),
            ("ops", json!("staff ops")),
            ("ops", json!("staff;ops")),
            ("ops", json!("[staff, ops]")),
            ("ops", json!("[ops]")),
            ("ops", json!("[\"staff\",\"ops\"]")),
            ("ops", json!({"staff": {"1": "x.example"}, "ops": {"1": "x.example"}})),
            ("Domain Admins", json!("Domain Admins")),
            ("Domain Admins", json!("Staff, Domain Admins")),
            ("ops", json!(["/ops"])),
            ("/ops", json!(["ops"])),
            ("/ops/east", json!(["/ops/east"])),
        ] {
            assert_eq!(groups(group, claim.clone()), Some(Role::Editor), "{group} in {claim}");
        }
        for (group, claim) in [
            ("ops", json!(["no ops"])),
            ("ops", json!(["staff,ops"])),
            ("ops", json!(["/team/ops"])),
            ("ops", json!(["//ops"])),
            ("ops", json!(["[ops]"])),
            ("ops", json!({"ops": false})),
            ("ops", json!([{"ops": {}}])),
            ("two words", json!("these two words")),
        ] {
            assert_eq!(groups(group, claim.clone()), None, "{group} in {claim}");
        }
        let nested = json!({"realm_access": {"roles": ["ops"]}, "https://x.example/groups": ["ops"],
            "a.b": {"c.d": "ops"}, "text": "ops"});
        for path in ["realm_access.roles", "https://x.example/groups", "a.b.c.d", "text"] {
            assert_eq!(of(path, "ops", nested.clone()), Some(Role::Editor), "{path}");
        }
        for path in ["realm_access", "roles", "realm_access.roles.0", "text.", "a.b", ".", ""] {
            assert_eq!(of(path, "ops", nested.clone()), None, "{path}");
        }
    }

    #[test]
    fn without_role_names_the_reason() {
        let config = config("groups", &[("ops", Role::Admin)]);
        let why = |claims: Value| {
            let claims = Claims::from_json(claims.to_string().as_bytes()).unwrap();
            let identity = Identity {
                groups: super::groups(&claims, &config),
                left_out: left_out(&claims, "groups"),
                ..Identity::default()
            };
            (identity.role(&config).is_none()).then(|| identity.without_role())
        };
        let overage = json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x"}}});
        assert_eq!(why(overage), Some(SignOnProblem::GroupsLeftOut));
        assert_eq!(why(json!({"hasgroups": "true"})), Some(SignOnProblem::GroupsLeftOut));
        assert_eq!(why(json!({"_claim_names": {"address": "src1"}})), Some(SignOnProblem::NoGroupsTold));
        assert_eq!(why(json!({})), Some(SignOnProblem::NoGroupsTold));
        assert_eq!(why(json!({"groups": []})), Some(SignOnProblem::NoGroup));
        assert_eq!(why(json!({"groups": ["ops"]})), None);
    }
}
