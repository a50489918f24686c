//! Properties of every text.

use super::*;
use crate::{export::docker_config_json, tests::cases};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::secret::{Password, PasswordEnd, RegistryHost, Username};
use proptest::prelude::*;

fn host() -> impl Strategy<Value = RegistryHost> {
    "[a-z][a-z0-9]{0,9}(\\.[a-z][a-z0-9]{0,9}){0,3}(:[1-9][0-9]{0,3})?|docker\\.io|\\[2001:db8::[1-9]\\]:5000"
        .prop_map(|text| RegistryHost::parse(&text).unwrap().host)
}

fn username() -> impl Strategy<Value = Username> {
    "[^:]{1,40}".prop_filter_map("a username", |text| Username::parse(&text).ok())
}

fn password() -> impl Strategy<Value = Password> {
    // Docker strips NULs from both ends, so no config can contain them there.
    any::<String>()
        .prop_filter_map("a password", |text| Password::parse(Sensitive::new(text.replace('\0', "x"))).ok())
}

/// Returns texts of document pieces that lead deep into the parsers.
fn nearly_a_document() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{\"auths\":{".to_owned()),
        Just("\"ghcr.io\":{\"auth\":\"".to_owned()),
        Just("\"credsStore\":\"".to_owned()),
        Just("kind: Secret\n".to_owned()),
        Just("kind: List\nitems:\n- ".to_owned()),
        Just("data:\n  ssh: ".to_owned()),
        Just("stringData:\n  .dockerconfigjson: '{\"auths\":{\"a\":{}}}'\n".to_owned()),
        Just("  identity: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n".to_owned()),
        Just("---\n".to_owned()),
        Just("&a [*a, *a]".to_owned()),
        Just("}}".to_owned()),
        Just("\"".to_owned()),
        "[a-zA-Z0-9+/=]{0,24}",
        "[ -~\n]{0,12}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn read_finds_the_account_of_any_docker_config(host in host(), username in username(), password in password()) {
        prop_assume!(username.as_str() != password.value().expose());
        let written = docker_config_json(&host, &username, &password);
        let told = all_told(written.expose());
        let note = PasswordEnd::of(password.value().expose()).map_or(String::new(), |end| format!("password-end/{}", end.as_str()));
        let expected = row(host.as_str(), username.as_str(), password.value().expose(), &note);
        prop_assert_eq!(&told[..], &[expected.clone()][..]);
        // The same in a Secret.
        let secret = format!("kind: Secret\ndata:\n  .dockerconfigjson: {}\n", STANDARD.encode(written.expose()));
        prop_assert_eq!(&all_told(&secret)[..], &[expected][..]);
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn read_neither_panics_nor_repeats_values(text in nearly_a_document(), at in any::<prop::sample::Index>()) {
        const PLANTED: &str = "PLANTED4d1f";
        let mut text = text;
        let place = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect::<Vec<_>>();
        text.insert_str(*at.get(&place), PLANTED);
        match read(&Sensitive::new(text)) {
            Err(problem) => prop_assert!(!problem.message().contains(PLANTED)),
            Ok(findings) => for entry in findings.entries {
                for note in &entry.notes {
                    prop_assert!(!note.message().contains(PLANTED) && !note.code().contains(PLANTED));
                }
                let name = domain::secret::SecretName::parse(&entry.suggested);
                prop_assert!(name.is_ok(), "{}", entry.suggested);
            }
        }
    }
    /// Damages one character of a valid file, of each form.
    #[test]
    fn read_of_a_damaged_file_does_not_panic(
        json in any::<bool>(),
        at in any::<prop::sample::Index>(),
        c in any::<char>(),
        more in ".{0,3}",
    ) {
        let mut text = good_file(json);
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = *at.get(&places);
        text.replace_range(place..=place, &format!("{c}{more}"));
        drop(read(&Sensitive::new(text)));
    }
}

/// Returns a file with everything that is read.
fn good_file(json: bool) -> String {
    let config = r#"{"auths":{"ghcr.io":{"auth":"YTpi"},"quay.io":{"username":"a","password":"b"},"a.example":{}},
        "credsStore":"desktop","credHelpers":{"b.example":"ecr-login"}}"#;
    if json {
        return config.to_owned();
    }
    format!(
        "kind: List\nitems:\n- kind: Secret\n  metadata: &m {{name: a}}\n  data:\n    .dockerconfigjson: {}\n- kind: Secret\n  \
         metadata: *m\n  stringData:\n    ssh-privatekey: |\n{}---\nkind: ConfigMap\n",
        STANDARD.encode(config),
        KEY.lines().map(|line| format!("      {line}\n")).collect::<Vec<_>>().concat()
    )
}

#[test]
fn good_file_is_read_whole() {
    assert_eq!((found(&good_file(true)).len(), found(&good_file(false)).len()), (4, 5));
}
