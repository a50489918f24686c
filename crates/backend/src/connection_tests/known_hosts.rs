//! The keys that are trusted for a host (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT").

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, verify};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::connection_test::{HostKey, KnownHosts, Published, TrustedKey};
use russh::keys::{HashAlg, PublicKey};

/// An operator that publishes the keys of its hosts.
struct Operator {
    name: &'static str,
    /// Each host with its port: the second is for networks that allow only web traffic.
    hosts: [(&'static str, u16); 2],
    /// The fingerprints of all keys: Ed25519, ECDSA and RSA.
    fingerprints: [&'static str; 3],
}

/// GitHub's "SSH key fingerprints" and "Using SSH over the HTTPS port", GitLab's "SSH host keys fingerprints" and
/// "Alternative SSH port", Bitbucket's "Configure SSH and two-step verification"; read in November 2026.
const OPERATORS: [Operator; 3] = [
    Operator {
        name: "GitHub",
        hosts: [("github.com", 22), ("ssh.github.com", 443)],
        fingerprints: [
            "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
            "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
            "SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s",
        ],
    },
    Operator {
        name: "GitLab",
        hosts: [("gitlab.com", 22), ("altssh.gitlab.com", 443)],
        fingerprints: [
            "SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
            "SHA256:HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw",
            "SHA256:ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ",
        ],
    },
    Operator {
        name: "Bitbucket",
        hosts: [("bitbucket.org", 22), ("altssh.bitbucket.org", 443)],
        fingerprints: [
            "SHA256:ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
            "SHA256:FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0",
            "SHA256:46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E",
        ],
    },
];

/// Returns the keys that are trusted for this host. A line whose key cannot be parsed is ignored, and so is a key that
/// another line revokes.
pub(super) fn keys_of(known: &KnownHosts, known_as: &str) -> Vec<PublicKey> {
    let lines = known.lines().filter(|(hosts, ..)| matches(hosts, known_as));
    let keys = lines.filter_map(|(_, kind, key)| read(kind, key));
    keys.filter(|key| !is_revoked(known, known_as, key)).collect()
}

/// Returns whether a line revokes this key for this host.
pub(super) fn is_revoked(known: &KnownHosts, known_as: &str, key: &PublicKey) -> bool {
    let mut lines = known.revoked().filter(|(hosts, ..)| matches(hosts, known_as));
    lines.any(|(_, kind, revoked)| {
        read(kind, revoked).is_some_and(|revoked| revoked.key_data() == key.key_data())
    })
}

/// Returns whether a line is for this host.
pub(crate) fn trusts(known: &KnownHosts, known_as: &str) -> bool {
    known.lines().any(|(hosts, ..)| matches(hosts, known_as))
}

fn read(kind: &str, key: &str) -> Option<PublicKey> {
    let key = PublicKey::from_bytes(&STANDARD.decode(key).ok()?).ok()?;
    (key.algorithm().as_str() == kind).then_some(key)
}

/// Returns whether the hosts of a line include this one: names and patterns between commas, or one hashed name.
fn matches(hosts: &str, known_as: &str) -> bool {
    let known_as = known_as.to_ascii_lowercase();
    if let Some(hashed) = hosts.strip_prefix("|1|") {
        let parts = hashed.split_once('|');
        let decoded = parts.map(|(salt, hash)| (STANDARD.decode(salt), STANDARD.decode(hash)));
        return matches!(decoded, Some((Ok(salt), Ok(hash)))
            if verify(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt), known_as.as_bytes(), &hash).is_ok());
    }
    let mut found = false;
    for pattern in hosts.split(',') {
        let (refused, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if fits(pattern.to_ascii_lowercase().as_bytes(), known_as.as_bytes()) {
            if refused {
                return false;
            }
            found = true;
        }
    }
    found
}

/// Matches a pattern: `*` stands for any text, `?` for one character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // The position after the last star, to go on from if the rest does not match.
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((after, from)) => {
                    (p, t) = (after, from + 1);
                    star = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

/// Returns a host's key in the form that is shown to people.
pub(super) fn shown(host: &str, port: u16, known_as: &str, key: &PublicKey) -> HostKey {
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    // By the name alone if the port differs: `github.com` is GitHub's at any port.
    let is_one = |(name, own): &(&str, u16)| {
        name.eq_ignore_ascii_case(host.trim_end_matches('.')) && (*own == 22 || *own == port)
    };
    let published = match OPERATORS.iter().find(|operator| operator.hosts.iter().any(is_one)) {
        None => Published::Unknown,
        Some(operator) if operator.fingerprints.contains(&fingerprint.as_str()) => {
            Published::By(operator.name)
        }
        Some(operator) => Published::Otherwise(operator.name),
    };
    let algorithm = key.algorithm().as_str().to_owned();
    let encoded = key.to_bytes().map(|bytes| STANDARD.encode(bytes)).unwrap_or_default();
    HostKey { line: format!("{known_as} {algorithm} {encoded}"), algorithm, fingerprint, published }
}

/// Returns the keys of known hosts that nobody has approved yet, as they are shown to people; an empty list if the text
/// is invalid.
pub(crate) fn shown_hosts(text: &str) -> Vec<TrustedKey> {
    trusted(&KnownHosts::parse(text, "").unwrap_or_default())
}

/// Returns the lines of the known hosts as they are shown to people.
pub(super) fn trusted(known: &KnownHosts) -> Vec<TrustedKey> {
    known
        .lines()
        .map(|(hosts, kind, key)| TrustedKey {
            hosts: (!hosts.starts_with('|')).then(|| hosts.to_owned()),
            algorithm: kind.to_owned(),
            fingerprint: read(kind, key).map(|key| key.fingerprint(HashAlg::Sha256).to_string()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::cases;
    use proptest::prelude::*;
    use std::process::Command;

    const GITHUB: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    fn known(text: &str) -> KnownHosts {
        KnownHosts::parse(text, "").unwrap()
    }

    #[test]
    fn keys_of_matches_name_pattern_and_hash() {
        for (hosts, known_as, expected) in [
            ("github.com", "github.com", true),
            ("github.com", "GitHub.com", true),
            ("github.com", "agithub.com", false),
            ("github.com,140.82.121.3", "140.82.121.3", true),
            ("[host]:2222", "[host]:2222", true),
            ("host", "[host]:2222", false),
            ("*.corp", "git.corp", true),
            ("*.corp,!old.corp", "old.corp", false),
            ("!old.corp,*.corp", "new.corp", true),
            ("g?t", "git", true),
            ("g?t", "gt", false),
            ("a*b*c", "aXbXbYc", true),
            ("a*b*c", "aXbXbY", false),
            ("|1|broken|hash", "broken", false),
        ] {
            let found = keys_of(&known(&format!("{hosts} {GITHUB}")), known_as);
            assert_eq!(!found.is_empty(), expected, "{hosts} {known_as}");
        }
        // The right type and the start of a key, followed by garbage.
        let broken = known("host ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA");
        assert!(keys_of(&broken, "host").is_empty());
        assert_eq!(trusted(&broken)[0].fingerprint, None);
    }

    #[test]
    fn keys_of_excludes_revoked_key_of_other_lines() {
        let trusted = |text: &str, host: &str| keys_of(&known(text), host).len();
        let revoked = format!("*.corp {GITHUB}\n@revoked old.corp {GITHUB}\n");
        assert_eq!((trusted(&revoked, "old.corp"), trusted(&revoked, "new.corp")), (0, 1));
        let key = keys_of(&known(&revoked), "new.corp").remove(0);
        assert!(is_revoked(&known(&revoked), "old.corp", &key));
        assert!(!is_revoked(&known(&revoked), "new.corp", &key));
        assert_eq!(trusted(&format!("@cert-authority * {GITHUB}"), "old.corp"), 0);
    }

    #[test]
    fn matches_hashed_name_of_ssh_keygen() {
        let file = std::env::temp_dir().join(format!("latchkey-known-hosts-{}", std::process::id()));
        std::fs::write(&file, format!("github.com {GITHUB}\n[git.corp]:2222 {GITHUB}\n")).unwrap();
        let hashed = Command::new("ssh-keygen").args(["-H", "-f"]).arg(&file).output();
        assert!(hashed.expect("ssh-keygen is missing: apt-get install openssh-client").status.success());
        let text = std::fs::read_to_string(&file).unwrap();
        for end in ["", ".old"] {
            std::fs::remove_file(format!("{}{end}", file.display())).unwrap();
        }
        assert!(text.starts_with("|1|"), "{text}");
        for (known_as, count) in
            [("github.com", 1), ("[git.corp]:2222", 1), ("gitlab.com", 0), ("git.corp", 0)]
        {
            assert_eq!(keys_of(&known(&text), known_as).len(), count, "{known_as}");
        }
        assert_eq!(trusted(&known(&text))[0].hosts, None);
    }

    proptest! {
        #![proptest_config(cases(256))]

        /// Hosts and keys that are nearly valid, in valid lines.
        #[test]
        fn known_hosts_never_panic_on_any_line(
            hosts in "[!*?|,a-z0-9.:=\\[\\]/+-]{1,40}",
            known_as in any::<String>(),
            at in any::<prop::sample::Index>(),
            digit in "[A-Za-z0-9+/=]",
        ) {
            let mut line = format!("{hosts} {GITHUB}");
            let place = hosts.len() + " ssh-ed25519 ".len();
            let place = place + at.index(line.len() - place);
            line.replace_range(place..=place, &digit);
            for text in [line, format!("|1|{hosts}|{digit} {GITHUB}")] {
                let Ok(known) = KnownHosts::parse(&text, "") else { continue };
                drop(keys_of(&known, &known_as));
                drop(keys_of(&known, &hosts));
                prop_assert_eq!(trusted(&known).len(), 1);
            }
        }
    }

    #[test]
    fn shown_knows_published_fingerprints() {
        let key = keys_of(&known(&format!("github.com {GITHUB}")), "github.com").remove(0);
        let at = |host: &str| shown(host, 22, host, &key);
        let web = |host: &str| shown(host, 443, &format!("[{host}]:443"), &key);
        assert_eq!(web("ssh.github.com").published, Published::By("GitHub"));
        assert_eq!(web("ssh.github.com").line, format!("[ssh.github.com]:443 {GITHUB}"));
        for (host, operator) in [("altssh.gitlab.com", "GitLab"), ("altssh.bitbucket.org", "Bitbucket")] {
            assert_eq!(web(host).published, Published::Otherwise(operator));
        }
        assert_eq!(at("ssh.github.com").published, Published::Unknown);
        assert_eq!(at("github.com").published, Published::By("GitHub"));
        assert_eq!(at("GITHUB.com").published, Published::By("GitHub"));
        assert_eq!(at("gitlab.com").published, Published::Otherwise("GitLab"));
        assert_eq!(at("host").published, Published::Unknown);
        assert_eq!(at("host").line, format!("host {GITHUB}"));
        assert_eq!(at("host").fingerprint, "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
        for operator in OPERATORS {
            for fingerprint in operator.fingerprints {
                let hash = fingerprint.strip_prefix("SHA256:").unwrap();
                assert_eq!(STANDARD.decode(format!("{hash}=")).unwrap().len(), 32, "{fingerprint}");
            }
        }
    }
}
