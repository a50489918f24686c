//! Who somebody is at the provider, and who they are here.

use super::SingleSignOnConfig;
use crate::random;
use domain::{
    access::{Role, UserName},
    sensitive::Sensitive,
};
use serde_json::Value;

/// Whom the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// By which the provider knows the person for ever (`sub`).
    pub(super) subject: String,
    /// What they are called there, the most fitting first.
    pub(super) names: Vec<String>,
    /// The groups they are in, or `None` where nothing was said of groups.
    pub(super) groups: Option<Vec<String>>,
}

impl Identity {
    /// The highest of the roles that their groups give.
    pub(super) fn role(&self, config: &SingleSignOnConfig) -> Option<Role> {
        let theirs = self.groups.as_deref().unwrap_or_default();
        config.groups.iter().filter(|(group, _)| theirs.contains(group)).map(|(_, role)| *role).max()
    }

    /// Names for a new user, in the order in which they are tried. A name that somebody has already is never taken over: the
    /// provider's host tells the two apart, and at last the subject does.
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

/// The groups in a claim: a list of texts, or one text. `None` where there is no such claim.
pub(super) fn groups(claim: Option<&Value>) -> Option<Vec<String>> {
    match claim? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::single_sign_on::Issuer;
    use serde_json::json;

    fn identity(names: &[&str], groups: Option<&[&str]>) -> Identity {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Identity { subject: "248289761001".to_owned(), names: owned(names), groups: groups.map(owned) }
    }

    fn names(texts: &[&str]) -> Vec<String> {
        let names = identity(texts, None).user_names("login.example");
        names.iter().map(|name| name.as_str().to_owned()).collect()
    }

    #[test]
    fn the_highest_role_of_all_groups_counts() {
        let config = SingleSignOnConfig {
            issuer: Issuer::parse("https://login.example").unwrap(),
            client_id: "latchkey".to_owned(),
            client_secret: None,
            groups_claim: "groups".to_owned(),
            groups: vec![("ops".to_owned(), Role::Admin), ("staff".to_owned(), Role::Reader)],
        };
        let role = |groups| identity(&[], groups).role(&config);
        assert_eq!(role(Some(&["staff", "ops"])), Some(Role::Admin));
        assert_eq!(role(Some(&["staff", "others"])), Some(Role::Reader));
        assert_eq!(role(Some(&["OPS", "op", "ops "])), None, "names of groups are compared to the letter");
        assert_eq!(role(Some(&[])), None);
        assert_eq!(role(None), None);
    }

    #[test]
    fn a_user_gets_a_name_that_is_one_here() {
        let last = "user-d09f5f0eb7be0f7c".len();
        assert_eq!(names(&["Ana"])[..2], ["ana", "ana@login.example"]);
        assert_eq!(names(&["Ana Lopez", "ana@corp.example"])[..2], ["ana@corp.example", "ana@login.example"]);
        assert_eq!(names(&["<b>", "", "é"]).len(), 1);
        assert!(names(&[])[0].starts_with("user-") && names(&[])[0].len() == last);
        assert_eq!(names(&["ana@login.example"])[0], "ana@login.example");
        assert_eq!(names(&["ana@login.example"]).len(), 2);
    }

    #[test]
    fn groups_are_read_from_a_list_or_one_text() {
        let read = |claim: Value| groups(Some(&claim));
        assert_eq!(read(json!(["a", 1, "b"])), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read(json!("a")), Some(vec!["a".to_owned()]));
        assert_eq!(read(json!({"a": true})), Some(Vec::new()));
        assert_eq!(groups(None), None);
    }
}
