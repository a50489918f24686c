//! Keys here were made by `ssh-keygen` and `openssl` for these tests and open nothing.

use super::*;
use proptest::prelude::*;

const ED25519: &str = include_str!("fixtures/openssh-ed25519");
/// The outline of a key; only the backend parses its content.
const PUTTY_KEY: &str = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a  \nPublic-Lines: 1\nAAAA\n\
    Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n";

const WHOLE: [&str; 6] = [
    ED25519,
    include_str!("fixtures/pkcs8-ed25519"),
    include_str!("fixtures/openssh-ecdsa"),
    include_str!("fixtures/sec1"),
    include_str!("fixtures/pkcs8-ecdsa"),
    include_str!("fixtures/pkcs1-rsa"),
];

fn read(text: &str) -> Result<String, SshKeyProblem> {
    PrivateKeyText::parse(&Sensitive::new(text)).map(|key| key.value().expose().to_owned())
}

#[test]
fn parse_keeps_whole_keys_unchanged() {
    for key in WHOLE {
        assert_eq!(read(key).as_deref(), Ok(key));
    }
}

#[test]
fn parse_corrects_what_does_not_change_the_key() {
    for key in WHOLE {
        for typed in [
            key.replace('\n', "\r\n"),
            key.replace('\n', "\r"),
            key.trim_end().to_owned(),
            format!("\u{feff}{key}"),
            format!("\u{200b}{key}\u{202c}"),
            key.replace('\n', "\u{200b}\n"),
            // UTF-16, decoded as Latin-1, or as UTF-8 that is damaged.
            format!("ÿþ{}", key.chars().flat_map(|c| [c, '\0']).collect::<String>()),
            format!("\u{fffd}\u{fffd}\0{}", key.chars().flat_map(|c| [c, '\0']).collect::<String>()),
            key.chars().flat_map(|c| ['\0', c]).collect::<String>(),
            format!("\n\n  {key}\n\n"),
            key.replace('\n', "\n    "),
            key.replace('\n', " \t\n"),
            key.replace('\n', "\n\n"),
        ] {
            assert_eq!(read(&typed).as_deref(), Ok(key), "{typed}");
        }
        // The block that `openssl ecparam -genkey` puts before a key.
        let with_parameters = format!(
            "-----BEGIN EC PARAMETERS-----\r\nBggqhkjOPQMBBw==\r\n-----END EC PARAMETERS-----\r\n{}",
            key.replace('\n', "\r\n")
        );
        assert_eq!(read(&with_parameters).as_deref(), Ok(key));
    }
    // The spaces at the end of its comment belong to what is sealed.
    assert_eq!(read(&format!(" {}", PUTTY_KEY.replace('\n', "\r\n "))).as_deref(), Ok(PUTTY_KEY));
}

#[test]
fn parse_accepts_lines_of_any_length_if_the_inner_lengths_agree() {
    for key in WHOLE {
        let body: Vec<char> =
            key.lines().filter(|line| !line.starts_with('-')).flat_map(str::chars).collect();
        for widths in [[1, 200, 64, 3], [76, 5, 70, 70]] {
            let (mut rest, mut lines) = (body.as_slice(), Vec::new());
            for width in widths.into_iter().cycle() {
                let (line, after) = rest.split_at(width.min(rest.len()));
                lines.push(line.iter().collect::<String>());
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            let first = key.lines().next().unwrap();
            let text = format!("{first}\n{}\n{}\n", lines.join("\n"), key.lines().last().unwrap());
            assert_eq!(read(&text).as_deref(), Ok(text.as_str()));
            assert!(read(&text.replacen(&body[20..24].iter().collect::<String>(), "", 1)).is_err(), "{text}");
        }
    }
}

#[test]
fn parse_with_requires_the_passphrase_of_a_protected_key() {
    for key in [
        include_str!("fixtures/openssh-passphrase"),
        include_str!("fixtures/pkcs8-passphrase"),
        include_str!("fixtures/sec1-passphrase"),
    ] {
        let read =
            |passphrase: &str| PrivateKeyText::parse_with(&Sensitive::new(key), Sensitive::new(passphrase));
        assert_eq!(read("").err(), Some(SshKeyProblem::Passphrase));
        assert_eq!(read(&"x".repeat(1_025)).err(), Some(SshKeyProblem::WrongPassphrase));
        let read = read("SENTINEL").unwrap();
        assert_eq!(read.value().expose(), key);
        assert_eq!(read.passphrase().expose(), "SENTINEL");
        assert!(!format!("{read:?}").contains("SENTINEL"));
    }
    // An unprotected key needs no passphrase, and a needless one does no harm.
    let read = PrivateKeyText::parse_with(&Sensitive::new(ED25519), Sensitive::new("x")).unwrap();
    assert_eq!(read.value().expose(), ED25519);
}

#[test]
fn parse_rejects_everything_else_with_its_reason() {
    let public = include_str!("fixtures/openssh-ed25519.pub");
    let cut = &ED25519[..ED25519.len() / 2];
    let without_end = ED25519.split("-----END").next().unwrap();
    let lines: Vec<&str> = ED25519.lines().collect();
    let without_a_line = [&lines[..2], &lines[3..]].concat().join("\n");
    let wrong_fence = ED25519.replace("END OPENSSH", "END RSA");
    let bad_base64 = ED25519.replacen("b3Bl", "b3B!", 1);
    for (typed, problem) in [
        ("", SshKeyProblem::Missing),
        (" \r\n\t", SshKeyProblem::Missing),
        ("hello", SshKeyProblem::NotAKey),
        (&ED25519.replace("-----", "–––––"), SshKeyProblem::SmartDashes),
        (&ED25519.replace("-----END", "—–END"), SshKeyProblem::SmartDashes),
        ("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K", SshKeyProblem::Base64),
        ("UHVUVFktVXNlci1LZXktRmlsZS0zOiBzc2gtZWQyNTUxOQ==", SshKeyProblem::Base64),
        ("TFMwdExTMUNSVWRKVGlCUFVFVk9VMU5JSUZCU1NWWkJWRVVn", SshKeyProblem::Base64),
        ("//4tAC0ALQAtAC0AQgBFAEcASQBOACAATwBQAEUATgA=", SshKeyProblem::Base64),
        ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA", SshKeyProblem::Truncated),
        (&format!("\"{PUTTY_KEY}\""), SshKeyProblem::Surrounded),
        (
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
            SshKeyProblem::SshCom,
        ),
        (
            &include_str!("fixtures/sec1-passphrase").replace("AES-128-CBC", "DES-CBC"),
            SshKeyProblem::UnknownProtection,
        ),
        ("SENTINEL\0", SshKeyProblem::Binary),
        (&"x".repeat(65_537), SshKeyProblem::TooLong),
        (public, SshKeyProblem::PublicKey),
        (&format!("# my key\n{public}"), SshKeyProblem::PublicKey),
        ("ecdsa-sha2-nistp256 AAAA me", SshKeyProblem::PublicKey),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", SshKeyProblem::PublicKey),
        ("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----", SshKeyProblem::PublicKey),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", SshKeyProblem::PublicKey),
        ("ssh-ed25519-cert-v01@openssh.com AAAA me", SshKeyProblem::Certificate),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", SshKeyProblem::Certificate),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
            SshKeyProblem::Certificate,
        ),
        (&format!("{ED25519}{ED25519}"), SshKeyProblem::TwoKeys),
        (&ED25519.replace('\n', " "), SshKeyProblem::OneLine),
        (&ED25519.replace('\n', ""), SshKeyProblem::OneLine),
        (&ED25519.replace('\n', "\\n"), SshKeyProblem::WrittenNewlines),
        (cut, SshKeyProblem::Truncated),
        (without_end, SshKeyProblem::Truncated),
        (&without_a_line, SshKeyProblem::UnevenBase64),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----", SshKeyProblem::Truncated),
        (&wrong_fence, SshKeyProblem::Damaged),
        (&bad_base64, SshKeyProblem::StrayCharacter),
        (&format!("Here it is:\n{ED25519}"), SshKeyProblem::Surrounded),
        (&format!("{ED25519}\nBest, Ana"), SshKeyProblem::Surrounded),
        ("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----", SshKeyProblem::Dsa),
        (include_str!("fixtures/openssh-passphrase"), SshKeyProblem::Passphrase),
        (include_str!("fixtures/pkcs8-passphrase"), SshKeyProblem::Passphrase),
        (include_str!("fixtures/sec1-passphrase"), SshKeyProblem::Passphrase),
        (
            &format!("-----BEGIN EC PARAMETERS-----\nBgg=\n-----END EC PARAMETERS-----\n{}", "hello"),
            SshKeyProblem::NotAKey,
        ),
        ("PuTTY-User-Key-File-1: ssh-rsa\nEncryption: none", SshKeyProblem::OldPutty),
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", SshKeyProblem::Truncated),
        (&PUTTY_KEY.replace('\n', " "), SshKeyProblem::OneLine),
        (&PUTTY_KEY.replace('\n', "\\n"), SshKeyProblem::WrittenNewlines),
        (&format!("{PUTTY_KEY}{PUTTY_KEY}"), SshKeyProblem::TwoKeys),
        (&format!("{PUTTY_KEY}Best, Ana"), SshKeyProblem::Surrounded),
        (&PUTTY_KEY.replace("ssh-ed25519", "ssh-dss"), SshKeyProblem::Dsa),
        (&PUTTY_KEY.replace("Encryption: none", "Encryption: aes256-cbc"), SshKeyProblem::Passphrase),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----",
            SshKeyProblem::NotAKey,
        ),
    ] {
        assert_eq!(read(typed).err(), Some(problem), "{typed}");
        assert!(problem.message().ends_with('.'), "{problem:?}");
    }
}

proptest! {
    #[test]
    fn parse_never_panics(text in any::<String>()) {
        drop(read(&text));
        drop(read(&format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{text}\n-----END OPENSSH PRIVATE KEY-----")));
    }

    #[test]
    fn parse_of_damaged_keys_never_panics_and_is_idempotent(at in 0usize..400, byte in any::<u8>(), which in 0usize..6) {
        let mut bytes = WHOLE[which].as_bytes().to_vec();
        let index = at % bytes.len();
        bytes[index] = byte;
        if let Ok(once) = read(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(once.ends_with('\n') && !once.ends_with("\n\n") && !once.contains('\r'));
            prop_assert_eq!(read(&once), Ok(once.clone()));
        }
    }
}

#[test]
fn narrowed_returns_nothing_unless_every_second_character_is_a_zero() {
    assert_eq!(narrowed("a\0b\0").unwrap().expose(), "ab");
    for text in ["ab", "a\0bc", "ab\0c"] {
        assert!(narrowed(text).is_none(), "{text:?}");
    }
}

#[test]
fn without_armour_takes_no_name_of_a_file_for_a_public_key() {
    assert_eq!(without_armour("ssh-ed25519 AAAA"), SshKeyProblem::PublicKey);
    assert_eq!(without_armour("my-ssh-key.txt"), SshKeyProblem::NotAKey);
}
