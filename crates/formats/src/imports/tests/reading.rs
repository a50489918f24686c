//! Files of every form, and the notes on each finding.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    import::{Encryption, Skipped},
    secret::SecretKind,
};

const HUB: &str = "https://index.docker.io/v1/";

fn b64(text: &str) -> String {
    STANDARD.encode(text)
}

/// Returns a docker config with one entry, as JSON.
fn entry(host: &str, entry: &str) -> String {
    format!(r#"{{"auths":{{"{host}":{entry}}}}}"#)
}

#[test]
fn docker_config_entries_are_read_in_both_forms() {
    let auth = |pair: &str| format!(r#"{{"auth":"{}"}}"#, b64(pair));
    for (written, read) in [
        (auth("robot:pw"), row("ghcr.io", "robot", "pw", "")),
        (auth("robot:a:b:c"), row("ghcr.io", "robot", "a:b:c", "")),
        (auth("robot$x+y: \"\\🔑 "), row("ghcr.io", "robot$x+y", " \"\\🔑 ", "password-end/blank")),
        (auth("robot:pw\n"), row("ghcr.io", "robot", "pw\n", "password-end/line-break")),
        (auth("robot:\u{200b}pw"), row("ghcr.io", "robot", "\u{200b}pw", "password-end/invisible")),
        (auth("_json_key:{\"a\": 1}\n"), row("ghcr.io", "_json_key", "{\"a\": 1}\n", "")),
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
fn docker_config_entries_without_a_credential_say_what_to_do() {
    let token = format!(r#"{{"auth":"{}","identitytoken":"SENTINEL"}}"#, b64("robot:"));
    for (written, note) in [
        ("{}", "empty"),
        (r#"{"auth":""}"#, "empty"),
        (r#"{"email":"a@b.c"}"#, "empty"),
        (r#"{"username":"robot"}"#, "no-password"),
        (r#"{"auth":"cm9ib3Q6"}"#, "no-password"),
        (r#"{"username":"","password":"pw"}"#, "no-username"),
        (r#"{"password":"pw"}"#, "no-username"),
        (r#"{"auth":"OnRva2Vu"}"#, "no-username"),
        (r#"{"username":"robot","password":12345}"#, "number"),
        (r#"{"username":7,"password":"pw"}"#, "number"),
        (r#"{"auth":"Og=="}"#, "empty"),
        (r#"{"auth":"SENTINEL"}"#, "bad-auth"),
        (r#"{"auth":"cm9ib3Q="}"#, "bad-auth"),
        (r#"{"auth":"/////w=="}"#, "bad-auth"),
        (&token, "identity-token"),
        (r#"{"registrytoken":"SENTINEL"}"#, "identity-token"),
        (r#"{"username":"dop_v1_SENTINEL-1234","password":"dop_v1_SENTINEL-1234"}"#, "token-as-username"),
        (r#"{"auth":"PHRva2VuPjpTRU5USU5FTA=="}"#, "identity-token"),
        (r#"{"username":"a:b","password":"pw"}"#, "wrong/username:colon"),
        ("1", "empty"),
        (r#""SENTINEL""#, "empty"),
    ] {
        assert_eq!(all_told(&entry("ghcr.io", written)), [row("ghcr.io", "", "", note)], "{written}");
    }
}

#[test]
fn docker_config_helpers_are_named() {
    let desktop = r#"{"auths":{"ghcr.io":{},"quay.io":{"auth":"cm9ib3Q6cHc="}},"credsStore":"desktop"}"#;
    assert_eq!(
        all_told(desktop),
        [row("ghcr.io", "", "", "helped-by/desktop"), row("quay.io", "robot", "pw", "helper-first/desktop")]
    );
    // One registry, spelled in two ways.
    let both = r#"{"auths":{"docker.io":{"auth":"cm9ib3Q6cHc="},"quay.io":{"auth":"cm9ib3Q6cHc="}},
        "credHelpers":{"https://index.docker.io/v1/":"pass"}}"#;
    assert_eq!(
        all_told(both),
        [row(HUB, "robot", "pw", "host-corrected helper-first/pass"), row("quay.io", "robot", "pw", "")]
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
fn registries_are_normalized_and_duplicates_flagged() {
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
fn addresses_that_clients_cannot_find_are_rejected_and_not_repeated() {
    for (key, host, note) in [
        ("quay.io/team/app:1", "quay.io", "wrong/host:path"),
        ("*.example.com", "", "wrong/host:pattern"),
        ("https://index.docker.io/v1/access-token", HUB, "docker-session"),
        ("https://index.docker.io/v1/refresh-token", HUB, "docker-session"),
        ("https://user:SENTINEL@reg.example", "", "wrong/host:user-info"),
        ("reg.example:99999", "", "wrong/host:port"),
        ("", "", "wrong/host:missing"),
    ] {
        let told = all_told(&entry(key, r#"{"auth":"cm9ib3Q6cHc="}"#));
        assert_eq!(told, [row(host, "", "", note)], "{key}");
    }
}

#[test]
fn accounts_with_a_path_are_noted() {
    for (key, host, note) in [
        ("quay.io/spam", "quay.io/spam", "path-scoped"),
        ("host:8083/repository/x", "host:8083/repository/x", "path-scoped"),
        ("https://quay.io/Spam/", "quay.io/spam", "host-corrected path-scoped"),
        ("docker.io/team", "docker.io/team", "path-scoped"),
    ] {
        let told = all_told(&entry(key, r#"{"auth":"cm9ib3Q6cHc="}"#));
        assert_eq!(told, [row(host, "robot", "pw", note)], "{key}");
    }
    let names = found(&entry("quay.io/spam", r#"{"auth":"cm9ib3Q6cHc="}"#));
    assert_eq!(names[0].suggested, "quay.io-spam");
}

#[test]
fn docker_config_is_recognized_under_any_name() {
    let config = entry("ghcr.io", r#"{"auth":"cm9ib3Q6cHc="}"#);
    let legacy = r#"{"ghcr.io":{"auth":"cm9ib3Q6cHc="}}"#;
    let expected = [row("ghcr.io", "robot", "pw", "")];
    for (key, text) in [
        (".dockercfg", config.as_str()),
        (".dockerconfigjson", legacy),
        ("auth.json", &config),
        ("config.json", &config),
        ("any.thing", &config),
    ] {
        let made = secret("Opaque", "x", &format!("data:\n  {key}: {}\n", b64(text)));
        assert_eq!(all_told(&made), expected, "{key}");
        let plain = secret("Opaque", "x", &format!("stringData:\n  {key}: '{text}'\n"));
        assert_eq!(all_told(&plain), expected, "{key}");
    }
    // The bytes that PowerShell redirects into a file.
    let bytes: Vec<u8> = format!("\u{feff}{config}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for key in [".dockerconfigjson", "any"] {
        let made = secret("Opaque", "x", &format!("data:\n  {key}: {}\n", STANDARD.encode(&bytes)));
        assert_eq!(all_told(&made), expected, "{key}");
    }
    // A Secret of an application.
    let other = secret("Opaque", "x", &format!("data:\n  config.json: {}\n", b64(r#"{"auths":"none"}"#)));
    assert_eq!(problem(&other), ImportProblem::Unknown);
}

#[test]
fn json_lists_and_json_lines_are_read() {
    let one = |name: &str, host: &str| {
        let config = b64(&entry(host, r#"{"auth":"cm9ib3Q6cHc="}"#));
        format!(
            r#"{{"kind":"Secret","metadata":{{"name":"{name}"}},"data":{{".dockerconfigjson":"{config}"}}}}"#
        )
    };
    let (a, b) = (one("a", "a.example"), one("b", "b.example"));
    for text in [format!("[{a},{b}]"), format!("{a}\n{b}\n"), format!("{a}{b}"), format!("{a}\r\n[{b}]")] {
        let names: Vec<_> = found(&text).into_iter().map(|entry| entry.suggested).collect();
        assert_eq!(names, ["a", "b"], "{text}");
    }
    assert_eq!(problem(&format!("{a}\n{{")), ImportProblem::Json(2));
}

#[test]
fn encrypted_values_are_reported_with_scheme_and_place() {
    let sops = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: team}\ntype: kubernetes.io/dockerconfigjson\n\
                data:\n  .dockerconfigjson: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:x]\n";
    let entries = found(sops);
    assert_eq!(told(&entries[0]), row("", "", "", "encrypted/sops"));
    assert_eq!(entries[0].places, ["team/pull"]);
    let sealed = "kind: SealedSecret\nmetadata: {name: pull}\nspec:\n  encryptedData: {.dockerconfigjson: AgBy}\n  template: {type: kubernetes.io/dockerconfigjson}\n";
    assert_eq!(all_told(sealed), [row("", "", "", "encrypted/sealed-secret")]);
    for (text, encryption) in [
        (r#"{"data":"ENC[AES256_GCM,data:x]","sops":{"mac":"x"}}"#, Encryption::Sops),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", Encryption::AnsibleVault),
        ("-----BEGIN AGE ENCRYPTED FILE-----\nx\n", Encryption::Age),
        ("-----BEGIN PGP MESSAGE-----\n\nx\n", Encryption::Pgp),
    ] {
        assert_eq!(problem(text), ImportProblem::Encrypted(encryption), "{text}");
    }
}

#[test]
fn legacy_config_is_read_alone_and_in_a_secret() {
    let legacy = r#"{"https://index.docker.io/v1/":{"auth":"cm9ib3Q6cHc=","email":"a@b.c"}}"#;
    assert_eq!(all_told(legacy), [row(HUB, "robot", "pw", "")]);
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: old}}\ntype: kubernetes.io/dockercfg\ndata:\n  .dockercfg: {}\n",
        b64(legacy)
    );
    assert_eq!(all_told(&secret), [row(HUB, "robot", "pw", "")]);
    assert_eq!(found(&secret)[0].suggested, "old");
}

/// Indents lines for a block of YAML.
fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(String::new(), |out, line| out + "    " + line + "\n")
}

fn secret(kind: &str, name: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: team\ntype: {kind}\n{data}"
    )
}

#[test]
fn keys_are_found_under_the_names_that_tools_use() {
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
        // `stringData` wins if both have the name.
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
fn invalid_keys_say_why() {
    for (data, note) in [
        (format!("data:\n  ssh: {}\n", b64("ssh-ed25519 AAAA me")), "wrong/key:public-key"),
        ("data:\n  ssh: '%%%'\n".to_owned(), "bad-data"),
        ("data:\n  identity: 1234\n".to_owned(), "bad-data"),
        (format!("data:\n  ssh-privatekey: {}\n", b64("SENTINEL")), "wrong/key:not-a-key"),
    ] {
        let entries = found(&secret("Opaque", "x", &data));
        assert_eq!(told(&entries[0]), row("", "", "", note), "{data}");
    }
    // The key of a certificate is not one for Git, although it looks like one.
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
fn lists_and_several_documents_are_read() {
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
    assert_eq!((names.as_slice(), findings.skipped.total()), (["one", "two"].as_slice(), 1));

    let item = |text: &str| indented(text.lines()).replacen("    ", "  - ", 1);
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}{}",
        item(&pull("one", "ghcr.io")),
        item(&secret("Opaque", "nothing", "data: {}\n")),
        item(&pull("two", "quay.io"))
    );
    let findings = super::findings(&list);
    assert_eq!((findings.entries.len(), findings.skipped.total()), (2, 1));
}

#[test]
fn secret_with_several_registries_names_each_by_its_registry() {
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
fn read_rejects_other_texts_with_the_reason() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let deep_yaml = format!("a: {deep}");
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n";
    let many = (0..2_001).map(|n| format!(r#""r{n}.example":{{}}"#)).collect::<Vec<_>>().join(",");
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
        (&" ".repeat(16 * 1024 * 1024 + 1), ImportProblem::TooLarge),
    ] {
        let said = problem(text);
        assert_eq!(said, expected, "{}", text.chars().take(60).collect::<String>());
        assert!(!said.message().contains("SENTINEL"));
    }
}

const HOST_KEY: &str =
    "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

#[test]
fn known_hosts_and_repository_beside_a_key_are_kept() {
    let (key, hosts) = (b64(KEY), b64(&format!("# found\n{HOST_KEY} a comment\n")));
    for data in [
        format!("data:\n  ssh-privatekey: {key}\n  known_hosts: {hosts}\n"),
        format!(
            "data:\n  identity: {key}\n  identity.pub: {}\n  known_hosts: {hosts}\n",
            b64("ssh-ed25519 A")
        ),
        format!("data:\n  known_hosts: {hosts}\n  ssh: {key}\n"),
    ] {
        let entries = found(&secret("Opaque", "flux-system", &data));
        assert_eq!(entries.len(), 1, "{data}");
        assert_eq!(*entries[0].known_hosts, format!("{HOST_KEY}\n"));
        assert_eq!(entries[0].places, ["team/flux-system"]);
        assert!(entries[0].notes.is_empty());
    }
    let bad =
        found(&secret("Opaque", "x", &format!("data:\n  ssh: {key}\n  known_hosts: {}\n", b64("\u{1}"))));
    assert_eq!((&*bad[0].known_hosts, told(&bad[0]).3.as_str()), ("", "known-hosts-unread"));
}

/// Files as copying and pasting changes them, and annotations of Secrets of others.
#[test]
fn wrapped_file_is_read_or_recognized() {
    let config = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{}\"}}}}}}", b64("robot:pw"));
    let row_of = row("ghcr.io", "robot", "pw", "");
    let manifest = secret(
        "kubernetes.io/dockerconfigjson",
        "a",
        &format!("data:\n  .dockerconfigjson: {}\n", b64(&config)),
    );
    let encoded = b64(&config);
    let (first, second) = encoded.split_at(40);
    let json = format!(
        "{{\"kind\":\"Secret\",\"metadata\":{{\"name\":\"a\"}},\"data\":{{\".dockerconfigjson\":\"{encoded}\"}}}}"
    );
    for text in [
        encoded.clone(),
        format!("{first}\n{second}\n"),
        b64(&manifest),
        format!("{{\".dockerconfigjson\":\"{encoded}\"}}"),
        format!("{json}\n---\n{manifest}"),
        format!("{json}\n---\n{json}\n"),
    ] {
        assert_eq!(all_told(&text), std::slice::from_ref(&row_of), "{text}");
    }
    let tekton = secret(
        "kubernetes.io/basic-auth",
        "push",
        &format!("data:\n  username: {}\n  password: {}\n", b64("robot"), b64("pw")),
    )
    .replace("  namespace: team\n", "  namespace: team\n  annotations: {tekton.dev/docker-0: https://ghcr.io, tekton.dev/docker-1: quay.io, x: y}\n");
    let hosts: Vec<_> = found(&tekton).into_iter().filter_map(|entry| entry.host).collect();
    assert_eq!(hosts, ["ghcr.io", "quay.io"]);
    let sops = "{\"auths\":{\"ghcr.io\":{\"auth\":\"ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\"}},\"sops\":{\"version\":\"3\"}}";
    assert_eq!(all_told(sops), [row("ghcr.io", "", "", "encrypted/sops")]);
    let vault = "pull: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n";
    assert_eq!(problem(vault), ImportProblem::Encrypted(domain::import::Encryption::AnsibleVault));
}

/// Nothing is dropped silently, from one Secret or from many.
#[test]
fn known_hosts_beyond_the_limit_are_cut_and_noted() {
    let line = |n: usize| format!("h{n} {}\n", HOST_KEY.split_once(' ').unwrap().1);
    let lines = |from: usize, to: usize| (from..to).map(line).collect::<String>();
    let with = |name: &str, hosts: &str| {
        let data = format!("data:\n  ssh: {}\n  known_hosts: {}\n", b64(KEY), b64(hosts));
        secret("Opaque", name, &data)
    };
    let revoked = format!("@revoked old.example {}\n", HOST_KEY.split_once(' ').unwrap().1);
    let entries = found(&with("one", &format!("{}{revoked}", lines(0, 600))));
    assert_eq!(told(&entries[0]).3, "known-hosts-cut");
    let kept = domain::connection_test::KnownHosts::parse(&entries[0].known_hosts, "").unwrap();
    assert!(kept.lines().count() > 300 && kept.revoked().count() == 1);

    let many: Vec<String> = (0..6).map(|n| with(&format!("s{n}"), &lines(n * 100, n * 100 + 150))).collect();
    let entries = found(&many.join("---\n"));
    assert_eq!((entries.len(), told(&entries[0]).3.as_str()), (1, "known-hosts-cut"));
    assert!(entries[0].known_hosts.starts_with("h0 ") && entries[0].known_hosts.contains("h249 "));
    assert!(entries[0].known_hosts.len() <= domain::connection_test::KnownHosts::MAX_BYTES);
    let few = found(&many[..2].join("---\n"));
    assert_eq!((&*few[0].known_hosts, few[0].notes.len()), (lines(0, 250).as_str(), 0));
}

/// Hundreds of keys may stand beside a single `known_hosts` of one megabyte.
#[test]
fn known_hosts_are_read_and_held_once_for_all_keys_of_a_secret() {
    let hosts = b64(&format!("{HOST_KEY}\n"));
    let data = format!(
        "data:\n  known_hosts: {hosts}\n  url: {}\n  ssh: {}\n  identity: {}\n",
        b64("git@git.example:a"),
        b64(KEY),
        b64(include_str!("../../../../backend/src/secrets/keys/protected_key")),
    );
    KNOWN_HOSTS_READ.with(|count| count.set(0));
    let entries = found(&secret("Opaque", "many", &data));
    assert_eq!(KNOWN_HOSTS_READ.with(std::cell::Cell::get), 1);
    assert_eq!(entries.iter().filter(|entry| entry.value.is_some()).count(), 2);
    for entry in &entries {
        assert!(std::sync::Arc::ptr_eq(&entry.known_hosts, &entries[0].known_hosts));
        assert_eq!(
            (&*entry.known_hosts, entry.repository.as_deref()),
            (&*format!("{HOST_KEY}\n"), Some("git@git.example:a"))
        );
    }
    KNOWN_HOSTS_READ.with(|count| count.set(0));
    found(&format!(
        "{}---\n{}",
        secret("Opaque", "a", &data),
        secret("Opaque", "none", &format!("data:\n  known_hosts: {hosts}\n"))
    ));
    assert_eq!(KNOWN_HOSTS_READ.with(std::cell::Cell::get), 1, "without a key, none are");
}

/// A password of 64 KiB may stand beside any number of annotations.
#[test]
fn tekton_account_beyond_the_registry_limit_notes_the_rest() {
    let tekton = |count: usize| {
        let hosts = (0..count).map(|n| format!("tekton.dev/docker-{n}: r{n}.example, ")).collect::<Vec<_>>();
        let hosts = hosts.concat();
        secret(
            "kubernetes.io/basic-auth",
            "push",
            &format!("data:\n  username: {}\n  password: {}\n", b64("robot"), b64("pw")),
        )
        .replace("  namespace: team\n", &format!("  namespace: team\n  annotations: {{{hosts}x: y}}\n"))
    };
    let told = |count: usize| {
        let entries = found(&tekton(count));
        let values = entries.iter().filter(|entry| entry.value.is_some()).count();
        (values, entries.last().map(|entry| told(entry).3).unwrap_or_default(), entries)
    };
    let (values, last, _) = told(10);
    assert_eq!((values, last.as_str()), (10, ""));
    let (values, last, entries) = told(100);
    assert_eq!((values, last.as_str(), entries.len()), (10, "registries-cut", 11));
    assert_eq!(entries[10].places, ["team/push"]);
}

/// Whatever follows is read but not kept.
#[test]
fn list_with_too_many_places_is_rejected_before_its_end_is_read() {
    let config = |from: usize| {
        let auths: Vec<String> = (from..from + 25_001).map(|n| format!("\"r{n}.example\":{{}}")).collect();
        format!("{{\"auths\":{{{}}}}}", auths.join(","))
    };
    let (one, two) = (config(0), config(30_000));
    assert_eq!(problem(&format!("[{one},{two},no JSON")), ImportProblem::TooMany);
    assert_eq!(
        problem(&format!("kind: List\nitems:\n- {one}\n- {two}\n- a: 1\n  a: 2\n")),
        ImportProblem::TooMany
    );
}

#[test]
fn empty_namespace_is_ignored() {
    let config = "stringData: {.dockerconfigjson: '{\"auths\":{\"a.example\":{\"username\":\"u\",\"password\":\"p\"}}}'}";
    for (metadata, places) in [
        ("{name: pull, namespace: \"\"}", &["pull"][..]),
        ("{name: \"\", namespace: team}", &[]),
        ("{name: Pull, namespace: team}", &[]),
        ("{name: pull, namespace: team}", &["team/pull"]),
    ] {
        let entries = found(&format!("kind: Secret\nmetadata: {metadata}\n{config}\n"));
        assert_eq!(entries[0].places, places, "{metadata}");
        // The places reported here are valid when saving.
        assert!(domain::secret::Origins::parse(&entries[0].places, None).is_ok(), "{metadata}");
    }
}

#[test]
fn too_many_keys_are_rejected_before_the_first_is_parsed() {
    let keys = |count: usize| {
        let key = |n: usize| {
            format!("data:\n  ssh: {}\n", b64(&KEY.replacen('\n', &format!("{}\n", " ".repeat(n)), 1)))
        };
        (0..count).map(|n| secret("Opaque", &format!("s{n}"), &key(n))).collect::<Vec<_>>().join("---\n")
    };
    KEYS_READ.with(|count| count.set(0));
    assert_eq!(problem(&keys(2_001)), ImportProblem::TooMany);
    assert_eq!(KEYS_READ.with(std::cell::Cell::get), 0);
    found(&secret("Opaque", "s", &format!("data:\n  ssh: {}\n", b64(KEY))));
    assert_eq!(KEYS_READ.with(std::cell::Cell::get), 1);
}

#[test]
fn argo_cd_repositories_are_recognized() {
    let block = indented(KEY.lines());
    let argo = |sort: &str, data: &str| {
        let labels = format!("  namespace: team\n  labels: {{argocd.argoproj.io/secret-type: {sort}}}\n");
        secret("Opaque", "repo", &format!("stringData:\n{data}")).replace("  namespace: team\n", &labels)
    };
    let with_key = |url: &str| format!("  sshPrivateKey: |\n{block}  type: git\n  url: {url}\n");
    let entries = found(&argo("repository", &with_key("git@git.example:group/data.git")));
    assert_eq!(entries[0].repository.as_deref(), Some("git@git.example:group/data.git"));
    assert_eq!(entries[0].fingerprint.as_deref().map(|text| text.starts_with("SHA256:")), Some(true));
    let entries = found(&argo("repo-creds", &with_key("git@git.example:group")));
    assert_eq!((entries[0].repository.as_deref(), told(&entries[0]).3.as_str()), (None, "repository-prefix"));

    let account = "  username: robot\n  password: pw\n";
    for (data, expected) in [
        (format!("{account}  url: https://git.example/a\n"), row("", "", "", "https-repository")),
        (
            format!("{account}  url: https://git.example/a\n  type: git\n"),
            row("", "", "", "https-repository"),
        ),
        (
            format!("{account}  url: https://charts.example\n  type: helm\n"),
            row("", "", "", "chart-repository"),
        ),
        (
            format!("{account}  url: ghcr.io/group/charts\n  type: helm\n  enableOCI: \"true\"\n"),
            row("ghcr.io/group/charts", "robot", "pw", "path-scoped"),
        ),
        (
            "  url: https://github.com/a/b\n  githubAppPrivateKey: x\n".to_owned(),
            row("", "", "", "github-app"),
        ),
    ] {
        assert_eq!(all_told(&argo("repository", &data)), [expected], "{data}");
    }
}

#[test]
fn protected_key_needs_its_passphrase_and_damaged_key_is_reported_at_once() {
    let protected = include_str!("../../../../backend/src/secrets/keys/protected_key");
    let entries = found(&secret("Opaque", "x", &format!("data:\n  ssh: {}\n", b64(protected))));
    assert!(entries[0].needs_passphrase && entries[0].value.is_some());
    let damaged = KEY.replacen("AAAA", "AAAB", 2);
    let entries = found(&secret("Opaque", "x", &format!("data:\n  ssh: {}\n", b64(&damaged))));
    assert!(entries[0].value.is_none(), "what saving would refuse is told before");
    assert!(told(&entries[0]).3.starts_with("wrong/key:"), "{}", told(&entries[0]).3);
}

/// Returns the output of `kubectl get secret -A` in a cluster of so many namespaces: each with the same pull
/// secret, one of its own, a deploy key, Helm's data, a service account's token, and a Secret of an
/// application.
fn dump(namespaces: usize, helm_bytes: usize, json: bool) -> String {
    let release = "H4sI".repeat(helm_bytes / 4);
    let pull = |host: &str, pair: &str| b64(&entry(host, &format!(r#"{{"auth":"{}"}}"#, b64(pair))));
    let (shared, key) = (pull("ghcr.io", "robot:shared"), b64(KEY));
    let mut items = Vec::new();
    for number in 0..namespaces {
        let own = pull("registry.example", &format!("team-{number}:pw-{number}"));
        for (name, kind, data) in [
            ("app", "Opaque", ("password", b64("SENTINEL"))),
            ("deploy", "kubernetes.io/ssh-auth", ("ssh-privatekey", key.clone())),
            ("default-token-x", "kubernetes.io/service-account-token", ("token", b64("ey"))),
            ("regcred", "kubernetes.io/dockerconfigjson", (".dockerconfigjson", shared.clone())),
            ("regcred-own", "kubernetes.io/dockerconfigjson", (".dockerconfigjson", own)),
            ("sh.helm.release.v1.app.v1", "helm.sh/release.v1", ("release", release.clone())),
        ] {
            let (key, value) = data;
            items.push(if json {
                format!(
                    r#"{{"apiVersion":"v1","data":{{"{key}":"{value}"}},"kind":"Secret","metadata":{{"name":"{name}","namespace":"ns-{number}","labels":{{"a":"b"}}}},"type":"{kind}"}}"#
                )
            } else {
                format!(
                    "- apiVersion: v1\n  data:\n    {key}: {value}\n  kind: Secret\n  metadata:\n    labels:\n      a: b\n    \
                     name: {name}\n    namespace: ns-{number}\n  type: {kind}\n"
                )
            });
        }
    }
    if json {
        format!(r#"{{"apiVersion":"v1","items":[{}],"kind":"List","metadata":{{}}}}"#, items.join(","))
    } else {
        format!("apiVersion: v1\nitems:\n{}kind: List\nmetadata:\n  resourceVersion: \"\"\n", items.concat())
    }
}

#[test]
fn cluster_dump_merges_each_account_and_key_with_its_places() {
    for json in [true, false] {
        let text = dump(300, 24_000, json);
        assert!(text.len() > 7 * 1024 * 1024, "{}", text.len());
        let findings = findings(&text);
        assert_eq!(findings.entries.len(), 302, "one key, one account in all namespaces, 300 of their own");
        for (index, first) in [(0, "ns-0/deploy"), (1, "ns-0/regcred")] {
            let places = &findings.entries[index].places;
            assert_eq!((places.len(), places[0].as_str()), (300, first));
            assert!(findings.entries[index].notes.is_empty());
        }
        assert_eq!(findings.entries[300].places, ["ns-298/regcred-own"]);
        let skipped: Vec<_> = findings.skipped.iter().collect();
        let each = [Skipped::HelmRelease, Skipped::ServiceAccountToken, Skipped::OtherSecret];
        assert_eq!(skipped, each.map(|skipped| (skipped, 300)));
        let names: std::collections::HashSet<_> =
            findings.entries.iter().map(|entry| &entry.suggested).collect();
        assert_eq!(names.len(), 302);
    }
}

#[test]
fn unusable_finding_is_reported_once_with_its_places() {
    let documents: Vec<String> = (0..40)
        .map(|number| {
            let config = entry("quay.io", "{}");
            let made = secret(
                "kubernetes.io/dockerconfigjson",
                "pull",
                &format!("data:\n  .dockerconfigjson: {}\n", b64(&config)),
            );
            made.replace("namespace: team", &format!("namespace: n{number}"))
        })
        .collect();
    let entries = found(&documents.join("---\n"));
    assert_eq!((entries.len(), told(&entries[0])), (1, row("quay.io", "", "", "empty")));
    assert_eq!((entries[0].places.len(), entries[0].places[39].as_str()), (40, "n39/pull"));
}

#[test]
fn list_is_read_item_by_item_beyond_the_limit_of_one_tree() {
    let many = |item: &str| vec![item; 60_000].join(",");
    // More nodes than a tree may have, each of them an item.
    let items = many(r#"{"a":1,"b":2}"#);
    let list = format!(r#"{{"kind":"List","items":[{items}]}}"#);
    assert_eq!(problem(&list), ImportProblem::Unknown);
    assert_eq!(problem(&format!("[{items}]")), ImportProblem::Unknown);
    assert_eq!(problem(&format!(r#"{{"kind":"Secret","data":[{items}]}}"#)), ImportProblem::TooDeep);
    let yaml = "- {a: 1, b: 2}\n".repeat(60_000);
    assert_eq!(problem(&format!("kind: List\nitems:\n{yaml}")), ImportProblem::Unknown);
    assert_eq!(problem(&format!("kind: Secret\ndata:\n{yaml}")), ImportProblem::TooDeep);
}
