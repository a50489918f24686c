use super::*;
use proptest::prelude::*;

fn host(text: &str) -> Result<String, HostProblem> {
    RegistryHost::parse(text).map(|normalized| normalized.host.0)
}

#[test]
fn host_parse_corrects_hosts_whose_meaning_is_clear() {
    for (typed, stored) in [
        ("ghcr.io", "ghcr.io"),
        (" https://GHCR.io/ ", "ghcr.io"),
        ("HTTP://reg.example.:5000/v2/", "reg.example:5000"),
        ("localhost", "localhost"),
        ("10.0.0.1:5000", "10.0.0.1:5000"),
        ("[2001:DB8::1]:5000", "[2001:db8::1]:5000"),
        ("[::1]", "[::1]"),
        ("docker.io", DOCKER_HUB),
        ("index.docker.io", DOCKER_HUB),
        ("https://index.docker.io/v1", DOCKER_HUB),
        ("https://registry-1.docker.io/v2/", DOCKER_HUB),
        ("hub.docker.com", DOCKER_HUB),
        ("registry.hub.docker.com", DOCKER_HUB),
        ("Docker.IO.", DOCKER_HUB),
        (DOCKER_HUB, DOCKER_HUB),
        ("a.docker.io", "a.docker.io"),
        ("reg:65535", "reg:65535"),
        ("reg:0080", "reg:80"),
        ("quay.io/spam", "quay.io/spam"),
        ("https://Quay.io/Spam/", "quay.io/spam"),
        ("host:8083/repository/x", "host:8083/repository/x"),
        ("reg.example/v2/team/app", "reg.example/team/app"),
        ("http://10.0.0.1:80/V2/", "10.0.0.1:80"),
        ("reg.example/v2/v1/team", "reg.example/team"),
        ("docker.io/team", "docker.io/team"),
        ("docker.io/team/", "docker.io/team"),
        ("registry-1.docker.io/team", "docker.io/team"),
        ("index.docker.io/team/app", "docker.io/team/app"),
    ] {
        assert_eq!(host(typed).as_deref(), Ok(stored), "{typed}");
        assert_eq!(
            RegistryHost::parse(typed).unwrap().corrections.is_empty(),
            typed == stored || typed == "reg:0080",
            "{typed}"
        );
    }
}

#[test]
fn host_parse_rejects_each_kind_of_invalid_host() {
    for (typed, problem) in [
        (" ", HostProblem::Missing),
        ("user:pw@reg.example", HostProblem::UserInfo),
        ("https://user@reg.example", HostProblem::UserInfo),
        ("reg.example?x", HostProblem::Query),
        ("reg.example#x", HostProblem::Query),
        ("ftp://reg.example", HostProblem::Scheme),
        ("oci://reg.example", HostProblem::Scheme),
        ("https//reg.example", HostProblem::Scheme),
        ("reg.example:0", HostProblem::Port),
        ("reg.example:65536", HostProblem::Port),
        ("reg.example:99999", HostProblem::Port),
        ("reg.example:", HostProblem::Port),
        ("reg.example:+80", HostProblem::Port),
        ("reg.example/group/app:1.0", HostProblem::Path),
        ("reg.example/group//app", HostProblem::Path),
        ("reg.example/../app", HostProblem::Path),
        ("reg.example/gr oup", HostProblem::Path),
        (&format!("reg.example/{}", "a".repeat(256)), HostProblem::Path),
        ("https://hub.docker.com/r/team/app", HostProblem::Path),
        ("https://index.docker.io/v1/access-token", HostProblem::Path),
        ("https://index.docker.io/V1/access-token", HostProblem::Path),
        ("*.example.com", HostProblem::Pattern),
        ("reg.example/*", HostProblem::Pattern),
        ("-a.example", HostProblem::Label),
        ("a_b.example", HostProblem::Label),
        ("a..b", HostProblem::Label),
        (".", HostProblem::Label),
        ("my registry", HostProblem::Label),
        ("bücher.example", HostProblem::NotAscii),
        ("1.2.3", HostProblem::Address),
        ("300.1.1.1", HostProblem::Address),
        ("2001:db8::1", HostProblem::Address),
        ("[::1", HostProblem::Address),
        ("[::g]", HostProblem::Address),
        ("[::1]x", HostProblem::Address),
        (&format!("{}.com", "a".repeat(64)), HostProblem::Label),
        (&"abcdefgh.".repeat(30), HostProblem::TooLong),
    ] {
        assert_eq!(host(typed), Err(problem), "{typed}");
    }
}

#[test]
fn serves_is_true_below_the_path_of_the_account() {
    let at = |text: &str| RegistryHost::parse(text).unwrap().host;
    for (account, registry, image, serves) in [
        ("quay.io", "quay.io", "spam/app", true),
        ("quay.io/spam", "quay.io", "spam/app", true),
        ("quay.io/spam", "quay.io", "spam", true),
        ("quay.io/spam", "quay.io", "spamalot/app", false),
        ("quay.io/spam/app", "quay.io", "spam/other", false),
        ("quay.io/spam", "ghcr.io", "spam/app", false),
        ("quay.io:443/spam", "quay.io", "spam/app", false),
        ("docker.io/library", "docker.io", "alpine", true),
        ("docker.io/team", "docker.io", "alpine", false),
    ] {
        assert_eq!(at(account).serves(&at(registry), image), serves, "{account} {image}");
    }
    assert_eq!(at("host:8083/repository/x").authority(), "host:8083");
    assert_eq!(at("host:8083/repository/x").path(), Some("repository/x"));
    assert_eq!((at("docker.io/team").authority(), at("docker.io").path()), (DOCKER_HUB, None));
    assert!(at("docker.io/team").is_docker_hub() && at("quay.io/a").is_same_registry(&at("quay.io/b")));
    assert_eq!(at("quay.io").keys_for("a/b/c"), ["quay.io/a/b/c", "quay.io/a/b", "quay.io/a", "quay.io"]);
    assert_eq!(
        at("docker.io").keys_for("alpine"),
        ["docker.io/library/alpine", "docker.io/library", DOCKER_HUB]
    );
}

proptest! {
    #[test]
    fn host_parse_is_idempotent(text in "(https?://)?([a-zA-Z0-9.\\[\\]:-]{0,40}|docker\\.io)(/v[12])?(/[a-zA-Z0-9._/-]{0,12})?/?") {
        if let Ok(once) = RegistryHost::parse(&text) {
            let again = RegistryHost::parse(once.host.as_str()).unwrap();
            prop_assert_eq!(&again.host, &once.host);
            prop_assert!(again.corrections.is_empty());
        }
    }

    #[test]
    fn host_parse_of_damaged_hosts_never_panics_and_is_idempotent(
        which in 0usize..5,
        at in any::<prop::sample::Index>(),
        c in any::<char>(),
    ) {
        let good = ["https://ghcr.io/a/b", "reg.example.com:5000", "[2001:db8::1]:443/x", "DOCKER.io.", "http://10.0.0.1:80/v2/"];
        let mut text = good[which].to_owned();
        let place = at.index(text.len());
        text.replace_range(place..=place, c.encode_utf8(&mut [0; 4]));
        if let Ok(once) = RegistryHost::parse(&text) {
            prop_assert_eq!(RegistryHost::parse(once.host.as_str()).unwrap().host, once.host);
        }
    }

    #[test]
    fn host_parse_never_panics_and_echoes_nothing(text in any::<String>()) {
        if let Err(problem) = RegistryHost::parse(&format!("user:PASTED{text}@host")) {
            prop_assert!(!problem.message().contains("PASTED"));
        }
        drop(RegistryHost::parse(&text));
    }
}
