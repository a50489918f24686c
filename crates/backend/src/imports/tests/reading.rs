//! Files of every form, and what is said of each thing in them.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::secret::SecretKind;

const HUB: &str = "https://index.docker.io/v1/";

fn b64(text: &str) -> String {
    STANDARD.encode(text)
}

/// A docker config with one entry, as JSON.
fn entry(host: &str, entry: &str) -> String {
    format!(r#"{{"auths":{{"{host}":{entry}}}}}"#)
}

#[test]
fn both_forms_of_an_entry_are_read() {
    let auth = |pair: &str| format!(r#"{{"auth":"{}"}}"#, b64(pair));
    for (written, read) in [
        (auth("robot:pw"), row("ghcr.io", "robot", "pw", "")),
        (auth("robot:a:b:c"), row("ghcr.io", "robot", "a:b:c", "")),
        (auth("robot$x+y: \"\\🔑 "), row("ghcr.io", "robot$x+y", " \"\\🔑 ", "")),
        (auth("robot:pw\0\0"), row("ghcr.io", "robot", "pw", "")),
        (r#"{"auth":"cm9ib3Q6cHc"}"#.to_owned(), row("ghcr.io", "robot", "pw", "")),
        (r#"{"auth":"cm9i\nb3Q6cHc=\n"}"#.to_owned(), row("ghcr.io", "robot", "pw", "")),
        (r#"{"username":"robot","password":"pw"}"#.to_owned(), row("ghcr.io", "robot", "pw", "")),
        (
            r#"{"username":"robot","password":"pw","email":"a@b.c"}"#.to_owned(),
            row("ghcr.io", "robot", "pw", ""),
        ),
        (
            format!(r#"{{"auth":"{}","username":"robot","password":"pw"}}"#, b64("robot:pw")),
            row("ghcr.io", "robot", "pw", ""),
        ),
        (
            format!(r#"{{"auth":"{}","username":"robot","password":"other"}}"#, b64("robot:pw")),
            row("ghcr.io", "robot", "pw", "disagreement"),
        ),
        (
            format!(r#"{{"auth":"{}","username":"other"}}"#, b64("robot:pw")),
            row("ghcr.io", "robot", "pw", "disagreement"),
        ),
        (auth("oauth2accesstoken:ya29"), row("ghcr.io", "oauth2accesstoken", "ya29", "short-lived/1")),
    ] {
        assert_eq!(all_told(&entry("ghcr.io", &written)), [read], "{written}");
    }
}

#[test]
fn entries_without_a_credential_say_what_to_do() {
    let token = format!(r#"{{"auth":"{}","identitytoken":"SENTINEL"}}"#, b64("robot:"));
    for (written, note) in [
        ("{}", "empty"),
        (r#"{"auth":""}"#, "empty"),
        (r#"{"email":"a@b.c"}"#, "empty"),
        (r#"{"username":"robot"}"#, "empty"),
        (r#"{"username":"","password":"pw"}"#, "empty"),
        (r#"{"auth":"Og=="}"#, "empty"),
        (r#"{"auth":"SENTINEL"}"#, "bad-auth"),
        (r#"{"auth":"cm9ib3Q="}"#, "bad-auth"),
        (r#"{"auth":"/////w=="}"#, "bad-auth"),
        (&token, "identity-token"),
        (r#"{"registrytoken":"SENTINEL"}"#, "identity-token"),
        (r#"{"username":"dop_v1_SENTINEL-1234","password":"dop_v1_SENTINEL-1234"}"#, "token-as-username"),
        (r#"{"auth":"PHRva2VuPjpTRU5USU5FTA=="}"#, "identity-token"),
        (r#"{"username":"a:b","password":"pw"}"#, "wrong/username:1"),
        ("1", "empty"),
        (r#""SENTINEL""#, "empty"),
    ] {
        assert_eq!(all_told(&entry("ghcr.io", written)), [row("ghcr.io", "", "", note)], "{written}");
    }
}

#[test]
fn programs_that_keep_the_credential_are_named() {
    let desktop = r#"{"auths":{"ghcr.io":{},"quay.io":{"auth":"cm9ib3Q6cHc="}},"credsStore":"desktop"}"#;
    assert_eq!(
        all_told(desktop),
        [row("ghcr.io", "", "", "helped-by/desktop"), row("quay.io", "robot", "pw", "")]
    );
    let helpers = r#"{"auths":{"https://index.docker.io/v1/":{}},"credHelpers":{
        "https://index.docker.io/v1/":"osxkeychain","123.dkr.ecr.eu-central-1.amazonaws.com":"ecr-login","gcr.io":"SENTINEL"}}"#;
    assert_eq!(
        all_told(helpers),
        [
            row(HUB, "", "", "helped-by/osxkeychain"),
            row("123.dkr.ecr.eu-central-1.amazonaws.com", "", "", "helped-by/ecr-login"),
            row("gcr.io", "", "", "helped-by/other"),
        ]
    );
    assert_eq!(all_told(r#"{"credsStore":"osxkeychain"}"#), [row("", "", "", "stored-by/osxkeychain")]);
    assert_eq!(all_told(r#"{"auths":{},"credsStore":"pass"}"#), [row("", "", "", "stored-by/pass")]);
}

#[test]
fn registries_are_put_right_and_two_of_one_are_flagged() {
    let config = format!(
        r#"{{"auths":{{"docker.io":{{"auth":"{}"}},"{HUB}":{{"auth":"{}"}},"HTTPS://Reg.Example/v2/":{{"auth":"{}"}},
        "ghcr.io":{{"auth":"{}"}}}}}}"#,
        b64("a:1"),
        b64("b:2"),
        b64("c:3"),
        b64("d:4")
    );
    assert_eq!(
        all_told(&config),
        [
            row(HUB, "a", "1", "host-corrected same-registry"),
            row(HUB, "b", "2", "same-registry"),
            row("reg.example", "c", "3", "host-corrected"),
            row("ghcr.io", "d", "4", ""),
        ]
    );
    let names: Vec<_> = found(&config).into_iter().map(|entry| entry.suggested).collect();
    assert_eq!(names, ["docker-hub", "docker-hub-b", "reg.example", "ghcr.io"]);
}

#[test]
fn addresses_that_clients_would_not_find_are_refused_and_not_repeated() {
    for (key, host, note) in [
        ("quay.io/team/app", "quay.io", "wrong/host:5"),
        ("https://user:SENTINEL@reg.example", "", "wrong/host:1"),
        ("reg.example:99999", "", "wrong/host:4"),
        ("", "", "wrong/host:0"),
    ] {
        let told = all_told(&entry(key, r#"{"auth":"cm9ib3Q6cHc="}"#));
        assert_eq!(told, [row(host, "", "", note)], "{key}");
    }
}

#[test]
fn the_older_form_is_read_by_itself_and_in_a_secret() {
    let legacy = r#"{"https://index.docker.io/v1/":{"auth":"cm9ib3Q6cHc=","email":"a@b.c"}}"#;
    assert_eq!(all_told(legacy), [row(HUB, "robot", "pw", "")]);
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: old}}\ntype: kubernetes.io/dockercfg\ndata:\n  .dockercfg: {}\n",
        b64(legacy)
    );
    assert_eq!(all_told(&secret), [row(HUB, "robot", "pw", "")]);
    assert_eq!(found(&secret)[0].suggested, "old");
}

/// Lines as they stand in a block of YAML.
fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(String::new(), |out, line| out + "    " + line + "\n")
}

fn secret(kind: &str, name: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: team\ntype: {kind}\n{data}"
    )
}

#[test]
fn keys_are_found_under_the_names_of_their_consumers() {
    let encoded = b64(KEY);
    let block: String = indented(KEY.lines());
    let (start, end) = encoded.split_at(76);
    let folded = indented([start, end].into_iter());
    for (kind, data, name) in [
        ("kubernetes.io/ssh-auth", format!("data:\n  ssh-privatekey: {encoded}\n"), "deploy"),
        (
            "Opaque",
            format!("data:\n  ssh: {encoded}\n  known_hosts: {}\n", b64("h ssh-rsa A")),
            "gitsync-secret-deploy",
        ),
        ("Opaque", format!("data:\n  identity: {encoded}\n  identity.pub: {}\n", b64("ssh-rsa A")), "deploy"),
        ("Opaque", format!("stringData:\n  sshPrivateKey: |\n{block}  url: git@example.com:a/b\n"), "deploy"),
        ("Opaque", format!("data:\n  of-any-name: {encoded}\n"), "deploy"),
        ("Opaque", format!("data:\n  ssh: |\n{folded}"), "deploy"),
        // What stands in both is taken from `stringData`.
        ("Opaque", format!("data:\n  ssh: SENTINEL\nstringData:\n  ssh: |\n{block}"), "deploy"),
    ] {
        let entries = found(&secret(kind, name, &data));
        assert_eq!(entries.len(), 1, "{kind} {data}");
        assert_eq!(entries[0].kind, SecretKind::GitDataset);
        assert_eq!(entries[0].value.as_ref().unwrap().expose().trim(), KEY.trim());
        assert_eq!(entries[0].suggested, "deploy");
    }
}

#[test]
fn keys_that_are_none_say_why() {
    for (data, note) in [
        (format!("data:\n  ssh: {}\n", b64("ssh-ed25519 AAAA me")), "wrong/key:3"),
        ("data:\n  ssh: '%%%'\n".to_owned(), "bad-data"),
        ("data:\n  identity: 1234\n".to_owned(), "bad-data"),
        (format!("data:\n  ssh-privatekey: {}\n", b64("SENTINEL")), "wrong/key:20"),
    ] {
        let entries = found(&secret("Opaque", "x", &data));
        assert_eq!(told(&entries[0]), row("", "", "", note), "{data}");
    }
    // A certificate's key is none for Git, whatever it looks like.
    let tls = secret(
        "kubernetes.io/tls",
        "x",
        &format!(
            "data:\n  tls.key: {}\n",
            b64("-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----\n")
        ),
    );
    assert_eq!(problem(&tls), ImportProblem::Unknown);
}

#[test]
fn lists_and_several_documents_are_gone_through() {
    let pull = |name: &str, host: &str| {
        let config = entry(host, &format!(r#"{{"auth":"{}"}}"#, b64("robot:pw")));
        secret(
            "kubernetes.io/dockerconfigjson",
            name,
            &format!("data:\n  .dockerconfigjson: {}\n", b64(&config)),
        )
    };
    let documents = format!(
        "---\n{}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\n---\n\n---\n{}",
        pull("image-one", "ghcr.io"),
        pull("two", "quay.io")
    );
    let findings = findings(&documents);
    let names: Vec<_> = findings.entries.iter().map(|entry| entry.suggested.as_str()).collect();
    assert_eq!((names.as_slice(), findings.passed_over), (["one", "two"].as_slice(), 1));

    let item = |text: &str| indented(text.lines()).replacen("    ", "  - ", 1);
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}{}",
        item(&pull("one", "ghcr.io")),
        item(&secret("Opaque", "nothing", "data: {}\n")),
        item(&pull("two", "quay.io"))
    );
    let findings = super::findings(&list);
    assert_eq!((findings.entries.len(), findings.passed_over), (2, 1));
}

#[test]
fn a_secret_with_several_registries_names_each_by_its_own() {
    let config = format!(
        r#"{{"auths":{{"ghcr.io":{{"auth":"{0}"}},"{HUB}":{{"auth":"{0}"}},"[::1]:5000":{{"auth":"{0}"}}}}}}"#,
        b64("robot:pw")
    );
    let text = secret(
        "kubernetes.io/dockerconfigjson",
        "Regcred_1",
        &format!("stringData:\n  .dockerconfigjson: '{config}'\n"),
    );
    let names: Vec<_> = found(&text).into_iter().map(|entry| entry.suggested).collect();
    assert_eq!(names, ["ghcr.io", "docker-hub", "1-5000"], "a name that is none is not taken over");
    let names: Vec<_> =
        found(&text.replace("Regcred_1", "regcred")).into_iter().map(|entry| entry.suggested).collect();
    assert_eq!(names, ["regcred-ghcr.io", "regcred-docker-hub", "regcred-1-5000"]);
}

#[test]
fn what_is_none_of_it_is_refused_with_the_reason() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let deep_yaml = format!("a: {deep}");
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n";
    let many = (0..101).map(|n| format!(r#""r{n}.example":{{}}"#)).collect::<Vec<_>>().join(",");
    for (text, expected) in [
        ("", ImportProblem::Missing),
        ("\u{feff} \n", ImportProblem::Missing),
        ("{\"auths\":\u{1}}", ImportProblem::Binary),
        (r#"{"auths":{"a":{"auth":"SENTINEL"#, ImportProblem::Json(1)),
        ("{\n\"auths\": {},\n}", ImportProblem::Json(3)),
        ("{\"auths\":{}} x", ImportProblem::Json(1)),
        ("{\"auths\":{\n\"a.b\":{},\n\"a.b\":{}}}", ImportProblem::Doubled(3)),
        ("kind: Secret\ndata:\n  ssh: QQ==\n  ssh: Qg==\n", ImportProblem::Doubled(4)),
        ("a: [", ImportProblem::Yaml(1)),
        ("a: b: SENTINEL", ImportProblem::Yaml(1)),
        (&deep, ImportProblem::TooDeep),
        (&deep_yaml, ImportProblem::TooDeep),
        (bomb, ImportProblem::TooDeep),
        ("just words", ImportProblem::Unknown),
        ("{}", ImportProblem::Unknown),
        ("[]", ImportProblem::Unknown),
        ("{\"auths\":{}}", ImportProblem::Unknown),
        ("kind: ConfigMap\ndata: {ssh: x}\n", ImportProblem::Unknown),
        ("kind: Secret\n", ImportProblem::Unknown),
        (KEY, ImportProblem::PrivateKey),
        (&format!("{{\"auths\":{{{many}}}}}"), ImportProblem::TooMany),
        (&" ".repeat(192 * 1024 + 1), ImportProblem::TooLarge),
    ] {
        let said = problem(text);
        assert_eq!(said, expected, "{}", text.chars().take(60).collect::<String>());
        assert!(!said.message().contains("SENTINEL"));
    }
}
