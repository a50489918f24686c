use super::*;
use proptest::prelude::*;

#[test]
fn repository_parse_reads_every_spelling() {
    for (text, user, host, port, path, known_as) in [
        ("git@github.com:group/app.git", "git", "github.com", 22, "group/app.git", "github.com"),
        (" git@host:/srv/git/a.git\n", "git", "host", 22, "/srv/git/a.git", "host"),
        ("host:a b", "git", "host", 22, "a b", "host"),
        ("ssh://git@host/group/app", "git", "host", 22, "/group/app", "host"),
        ("ssh://deploy.x@host:2222/a", "deploy.x", "host", 2222, "/a", "[host]:2222"),
        ("ssh://host/~ana/a", "git", "host", 22, "~ana/a", "host"),
        ("ssh://[::1]:2222/a", "git", "::1", 2222, "/a", "[::1]:2222"),
        ("git@[2001:db8::1]:a", "git", "2001:db8::1", 22, "a", "2001:db8::1"),
        ("[ana@host:2222]:/group/app", "ana", "host", 2222, "/group/app", "[host]:2222"),
        ("[host:2222]:/group/app", "git", "host", 2222, "/group/app", "[host]:2222"),
        ("ana@[host:2222]:~ana/app", "ana", "host", 2222, "~ana/app", "[host]:2222"),
        ("ana@[host:22]:group/app", "ana", "host", 22, "group/app", "host"),
        ("git:group/app", "git", "git", 22, "group/app", "git"),
        ("git@h:/group/app", "git", "h", 22, "/group/app", "h"),
        ("h:group/app", "git", "h", 22, "group/app", "h"),
        ("ssh://git@host:/group/app", "git", "host", 22, "/group/app", "host"),
        ("git@host.example.:a", "git", "host.example.", 22, "a", "host.example."),
    ] {
        let repository = Repository::parse(text).unwrap();
        assert_eq!(repository.as_str(), text.trim());
        assert_eq!((repository.user.as_str(), repository.host.as_str()), (user, host), "{text}");
        assert_eq!((repository.port, repository.path.as_str()), (port, path), "{text}");
        assert_eq!(repository.known_as(), known_as, "{text}");
    }
    for (text, user, path) in [
        ("ssh://git@host/My%20Project/repo.git", "git", "/My Project/repo.git"),
        ("git@host:My%20Project/repo.git", "git", "My%20Project/repo.git"),
        ("ssh://host/100%/a%zz%00", "git", "/100%/a%zz%00"),
        ("ssh://dev%40corp.example@host/x", "dev@corp.example", "/x"),
        ("dev@corp.example@host:x", "dev@corp.example", "x"),
        ("svc$deploy@host:x", "svc$deploy", "x"),
        ("git@host:]", "git", "]"),
        ("git@host:[a]:b", "git", "[a]:b"),
        ("CORP\\jürgen@host:x", "CORP\\jürgen", "x"),
        ("ssh://a+b,c=d@host/x", "a+b,c=d", "/x"),
        ("\u{feff}git@host:x\u{200b}", "git", "x"),
        ("\u{202a}ssh://git@host/x\u{202c} ", "git", "/x"),
    ] {
        let repository = Repository::parse(text).unwrap();
        assert_eq!((repository.user.as_str(), repository.path.as_str()), (user, path), "{text}");
        assert_eq!(repository.host, "host", "{text}");
    }
}

#[test]
fn repository_parse_names_the_invalid_part() {
    use TargetProblem as Wrong;
    for (text, problem) in [
        ("https://github.com/a/b", Wrong::RepositoryByHttps),
        ("", Wrong::RepositoryForm),
        ("group/app", Wrong::RepositoryForm),
        ("group/app:x", Wrong::RepositoryForm),
        ("ftp://host/a", Wrong::RepositoryForm),
        ("/srv/git", Wrong::RepositoryLocal),
        ("./app", Wrong::RepositoryLocal),
        ("git@host", Wrong::RepositoryPath),
        ("git@host/team/repo.git", Wrong::RepositoryForm),
        ("git@host:", Wrong::RepositoryPath),
        ("ssh://host", Wrong::RepositoryPath),
        ("ssh://host/", Wrong::RepositoryPath),
        ("git@host:-x", Wrong::RepositoryPathForm),
        ("git@host:a\nb", Wrong::RepositoryPathForm),
        ("ssh://host/a%0Ab", Wrong::RepositoryPathForm),
        ("ssh://-oProxyCommand=x/a", Wrong::RepositoryHostHas('=')),
        ("ssh://-oProxyCommand=x@host/a", Wrong::RepositoryUser),
        ("ssh://%2DoProxyCommand=x@host/a", Wrong::RepositoryUser),
        ("-oProxyCommand=x:a", Wrong::RepositoryHostHas('=')),
        ("-g@host:a", Wrong::RepositoryUser),
        ("@host:a", Wrong::RepositoryUser),
        ("g it@host:a", Wrong::RepositoryUserHas(' ')),
        ("g\u{200b}it@host:a", Wrong::RepositoryUserHas('\u{200b}')),
        ("ssh://git:pw@host/a", Wrong::RepositoryUserHas(':')),
        ("ssh://git@host:0/a", Wrong::RepositoryPort),
        ("ssh://git@host:99999/a", Wrong::RepositoryPort),
        ("ssh://git@host:group/app", Wrong::RepositoryPort),
        ("git@ho_st:a", Wrong::RepositoryHostHas('_')),
        ("ssh://git@ho_st:22/a", Wrong::RepositoryHostHas('_')),
        ("git@bücher.example:a", Wrong::RepositoryHostHas('ü')),
        ("git@1.2.3:a", Wrong::RepositoryHost),
        ("git@[::g]:a", Wrong::RepositoryHost),
        ("\"git@host:a\"", Wrong::RepositoryQuoted),
        ("<git@host:a>", Wrong::RepositoryQuoted),
        ("(git@host:a)", Wrong::RepositoryQuoted),
        ("git::ssh://git@host/a", Wrong::RepositoryPrefix),
        ("git::git@host:a", Wrong::RepositoryPrefix),
        ("codecommit::eu-west-1://a", Wrong::RepositoryPrefix),
        ("C:\\Users\\me\\a", Wrong::RepositoryLocal),
        ("C:/Users/me/a", Wrong::RepositoryDrive),
        ("h:/group/app", Wrong::RepositoryDrive),
        ("git:/host/a", Wrong::RepositoryForm),
        ("[git@host:2222]:group/app", Wrong::RepositoryBrackets),
        ("[.@host]:app", Wrong::RepositoryUser),
        ("['git@host]:app", Wrong::RepositoryUser),
        ("git@[host:2222]:group/app", Wrong::RepositoryBrackets),
        ("[host:2222]:a", Wrong::RepositoryBrackets),
        ("[host:2222]:", Wrong::RepositoryPath),
        ("[host:2222]:-a", Wrong::RepositoryPathForm),
        ("ssh:/git@host/a", Wrong::RepositoryForm),
        ("ssh:git@host/a", Wrong::RepositoryForm),
        ("https:/host/a", Wrong::RepositoryForm),
        ("oauth2:token@host:a", Wrong::RepositoryUserHas(':')),
        ("'ssh://git@host/a'", Wrong::RepositoryQuoted),
        ("“git@host:a”", Wrong::RepositoryQuoted),
        ("git clone git@host:a", Wrong::RepositoryCommand),
        ("$ git clone git@host:a", Wrong::RepositoryCommand),
        (&format!("git@host:{}", "a".repeat(1024)), Wrong::RepositoryTooLong),
    ] {
        assert_eq!(Repository::parse(text), Err(problem), "{text}");
        assert!(problem.message().ends_with('.'), "{problem:?}");
    }
    assert!(Wrong::RepositoryHostHas('_').message().contains("'_'"));
    assert!(Wrong::RepositoryUserHas(' ').message().contains("a space"));
    assert!(Wrong::RepositoryUserHas('\u{200b}').message().contains("U+200B"));
}

#[test]
fn repository_port_in_path_finds_port_in_place_of_a_folder() {
    let hint = |text: &str| Repository::parse(text).unwrap().port_in_path();
    assert_eq!(hint("root@host:47022/srv/a.git").as_deref(), Some("ssh://root@host:47022/srv/a.git"));
    assert_eq!(hint("a@b@host:22/x").as_deref(), Some("ssh://a%40b@host:22/x"));
    for text in
        ["git@host:group/app", "git@host:2222", "git@host:99999/a", "ssh://git@host/2222/a", "git@host:22a/b"]
    {
        assert_eq!(hint(text), None, "{text}");
    }
}

/// Every reader parses it to the same, and needs to know only URLs or scp's simple form.
#[test]
fn repository_url_parses_to_the_same_repository() {
    for (text, url) in [
        ("git@github.com:group/app.git", "git@github.com:group/app.git"),
        ("host:group/app", "git@host:group/app"),
        ("ssh://host/My%20Project/a", "ssh://git@host/My%20Project/a"),
        ("ssh://host/My Project/a", "ssh://git@host/My%20Project/a"),
        ("ssh://git@host:2222/100%/a", "ssh://git@host:2222/100%25/a"),
        ("ssh://dev%40corp@host/~/a", "ssh://dev%40corp@host/~/a"),
        ("dev@corp@host:/srv/a b", "ssh://dev%40corp@host/srv/a%20b"),
        ("git+ssh://git@[::1]:22/a", "ssh://git@[::1]/a"),
        // For programs that accept no brackets: with a port it is a URL, and without one it has no brackets.
        ("[host:2222]:/srv/a b", "ssh://git@host:2222/srv/a%20b"),
        ("ana@[host:2222]:~ana/a", "ssh://ana@host:2222/~ana/a"),
        ("[ana@host:2222]:/a", "ssh://ana@host:2222/a"),
        ("[ana@host:22]:group/app", "ana@host:group/app"),
        ("ana@[host]:group/app", "ana@host:group/app"),
        ("git@[2001:db8::1]:/srv/a", "ssh://git@[2001:db8::1]/srv/a"),
        ("ana@[host]:/group/app", "ana@host:/group/app"),
    ] {
        let repository = Repository::parse(text).unwrap();
        assert_eq!(repository.url(), url);
        let again = Repository::parse(url).unwrap();
        let parts = |it: &Repository| (it.user.clone(), it.host.clone(), it.port, it.path.clone());
        assert_eq!(parts(&again), parts(&repository), "{text}");
    }
}

#[test]
fn image_parse_reads_references() {
    let host = |text| RegistryHost::parse(text).unwrap().host;
    let digest = format!("app@sha256:{}", "a".repeat(64));
    let with_tag = format!("ghcr.io/group/app:1.0@{}", &digest[4..]);
    let long = format!("app@sha512:{}", "0f".repeat(64));
    for (text, registry, name, reference) in [
        ("group/app:1.0", "ghcr.io", "group/app", "1.0"),
        ("ghcr.io/group/app", "ghcr.io", "group/app", "latest"),
        ("localhost:5000/app:x", "localhost:5000", "app", "x"),
        ("docker.io/library/alpine:3", "docker.io", "library/alpine", "3"),
        ("a/b/c-d__e.f:V_1", "ghcr.io", "a/b/c-d__e.f", "V_1"),
        (&digest, "ghcr.io", "app", &digest[4..]),
        (&with_tag, "ghcr.io", "group/app", &digest[4..]),
        (&long, "ghcr.io", "app", &long[4..]),
        (&format!("localhost:5000/app:1@{}", &digest[4..]), "localhost:5000", "app", &digest[4..]),
    ] {
        let image = ImageReference::parse(text, Some(&host(registry))).unwrap();
        assert_eq!((image.name(), image.reference()), (name, reference), "{text}");
    }
    let at = |text| ImageReference::parse(text, Some(&host("ghcr.io")));
    for text in ["quay.io/group/app", "a:x/y", "localhost/app"] {
        assert_eq!(at(text), Err(TargetProblem::ImageElsewhere), "{text}");
    }
    assert_eq!(ImageReference::parse("quay.io/a", None), Err(TargetProblem::ImageElsewhere));
    // As other tools and pages write it.
    for (registry, text, image) in [
        ("ghcr.io", "docker://ghcr.io/group/app:1", "group/app:1"),
        ("ghcr.io", "oci://ghcr.io/group/chart", "group/chart"),
        ("ghcr.io", "https://ghcr.io/group/app", "group/app"),
        ("ghcr.io", "group/app:1\u{200b}", "group/app:1"),
        ("docker.io", "https://hub.docker.com/_/nginx", "nginx"),
        ("docker.io", "hub.docker.com/r/group/app", "group/app"),
    ] {
        let read = ImageReference::parse(text, Some(&host(registry))).map(|image| image.as_str().to_owned());
        assert_eq!(read.as_deref(), Ok(image), "{text}");
    }
    for text in ["docker pull ghcr.io/group/app", "\"group/app\"", "image: quay.io/group/app"] {
        assert_eq!(
            ImageReference::parse(text, Some(&host("ghcr.io"))),
            Err(TargetProblem::ImageForm),
            "{text}"
        );
    }
    let below = |text| ImageReference::parse(text, Some(&host("quay.io/spam")));
    for text in ["quay.io/spam/app:1", "spam/app:1"] {
        assert_eq!(below(text).unwrap().as_str(), "spam/app:1");
    }
    assert_eq!(below("quay.io/spamalot/app"), Err(TargetProblem::ImageOutside));
    assert_eq!(below("app:1"), Err(TargetProblem::ImageOutside));
    assert_eq!(below("ghcr.io/spam/app"), Err(TargetProblem::ImageElsewhere));
    for text in
        ["", "/", "a/", "A", "a:", "a:.x", "a:-x", "a@sha256:1", "a b", "-a", "a?x=1", "a/../b", "a%2f"]
    {
        assert_eq!(at(text), Err(TargetProblem::ImageForm), "{text}");
    }
    for (algorithm, digits) in [("sha512", 64), ("sha256", 128), ("md5", 32), ("SHA256", 64), ("", 64)] {
        let text = format!("app:1@{algorithm}:{}", "a".repeat(digits));
        let read = ImageReference::parse(&text, Some(&host("ghcr.io")));
        assert_eq!(read, Err(TargetProblem::ImageForm), "{text}");
    }
    for text in
        [format!("app:@{}", &digest[4..]), format!("{digest}:1"), format!("{digest}@{}", &digest[4..])]
    {
        let read = ImageReference::parse(&text, Some(&host("ghcr.io")));
        assert_eq!(read, Err(TargetProblem::ImageForm), "{text}");
    }
}

#[test]
fn names_hub_otherwise_finds_hosts_that_docker_does_not_look_up() {
    for text in [
        "registry-1.docker.io/group/app",
        "Registry-1.docker.io:443/app:1",
        "registry.hub.docker.com/library/nginx",
        "hub.docker.com/app",
    ] {
        assert!(names_hub_otherwise(text), "{text}");
    }
    for text in ["docker.io/app", "index.docker.io/app", "app", "group/app", "ghcr.io/a/b", "registry-1/app"]
    {
        assert!(!names_hub_otherwise(text), "{text}");
    }
}

proptest! {
    #[test]
    fn parse_never_panics(text in any::<String>(), other in "[a-z@:/\\[\\]|.~ -]{0,30}") {
        for text in [&text, &other] {
            if let Ok(repository) = Repository::parse(text) {
                let again = Repository::parse(&repository.url()).unwrap();
                prop_assert_eq!(&again.path, &repository.path);
                drop(repository.port_in_path());
            }
            drop(ImageReference::parse(text, None));
        }
    }
}
