//! Keys that were made to do harm.

use super::*;
use crate::tests::cases;
use pkcs8::{EncryptedPrivateKeyInfoOwned, der::Encode};
use proptest::prelude::*;
use zeroize::Zeroizing;

/// Returns small keys of every form, so that a damaged byte is likely to hit something.
fn samples() -> &'static [Good] {
    static SAMPLES: LazyLock<Vec<Good>> = LazyLock::new(|| {
        // Passphrases are slow to try, so only one form of each is used.
        let slow = |name: &str| name.contains("100") || name.contains("600000") || name.contains("scrypt");
        good().into_iter().filter(|key| !slow(&key.name)).collect()
    });
    &SAMPLES
}

pub(super) fn armoured(label: &str, bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let digits = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        digits.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

pub(super) fn inside(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let digits: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(digits).ok().map(Zeroizing::new)
}

const LABELS: [&str; 4] = ["OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"];

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn read_does_not_panic_on_any_text(text in any::<String>(), passphrase in ".{0,4}") {
        drop(read_text(&text, &passphrase));
        for label in LABELS {
            drop(read_text(&format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----"), &passphrase));
        }
    }

    #[test]
    fn read_does_not_panic_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 48..400), which in 0usize..4) {
        // Bypasses the rules of `domain`, which reject most of these texts.
        let text = armoured(LABELS[which], &bytes);
        drop(pem::read(&text, &Sensitive::default()));
        let magic = [b"openssh-key-v1\0".as_slice(), &bytes].concat();
        drop(openssh::read(&magic, &Sensitive::default(), true));
        drop(der::encrypted_pkcs8(&bytes, &Sensitive::new("x")));
        drop(putty::read(&format!("PuTTY-User-Key-File-3: {}", String::from_utf8_lossy(&bytes)), &Sensitive::default()));
    }

    /// Damages a byte of the key itself, in intact armour: the numbers may be anything.
    #[test]
    fn read_never_takes_a_damaged_key_for_another(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let key = which.get(samples());
        let Some(mut bytes) = inside(&key.text) else { return Ok(()) };
        if !key.passphrase.is_empty() {
            return Ok(());
        }
        let index = at.index(bytes.len());
        bytes[index] = byte;
        let label = key.text.lines().find(|line| line.contains("-----BEGIN ")).unwrap();
        let label = label.trim_start_matches(|c: char| c != 'B').trim_start_matches("BEGIN ").trim_end().trim_end_matches('-');
        let damaged = armoured(label, &bytes);
        if let Ok(read) = read_text(&damaged, "") {
            // A form that does not state the public half, such as PKCS#8 of Ed25519, then is another intact
            // key.
            let same = key.public.contains(&read.facts.public_key);
            prop_assert!(same || facts(&load(&read.text).unwrap()).unwrap() == read.facts, "{}", key.name);
        }
    }

    /// Damages a character of the text, of every form, with the right passphrase.
    #[test]
    fn read_does_not_panic_on_a_damaged_text(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), c in any::<char>()) {
        let key = which.get(samples());
        let chars: Vec<char> = key.text.chars().collect();
        let index = at.index(chars.len());
        let damaged: String =
            chars.iter().enumerate().map(|(place, old)| if place == index { c } else { *old }).collect();
        if let Ok(read) = read_text(&damaged, &key.passphrase) {
            prop_assert!(read.text.value().expose().ends_with('\n'));
        }
    }
}

/// A key that would take minutes or all memory is rejected before the work begins.
#[test]
fn read_rejects_costly_protection_at_once() {
    // Made before the clock starts, because that takes time.
    let ed25519 = good().into_iter().find(|key| key.name == "openssh-ed25519-aes256-ctr").unwrap();
    let began = Instant::now();
    let mut bytes = inside(&ed25519.text).unwrap();
    let salt = bytes.windows(4).position(|four| four == [0, 0, 0, 16]);
    // The salt has 16 bytes after its length; the number of rounds follows.
    let start = salt.unwrap() + 4 + 16;
    bytes[start..start + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(
        read_text(&armoured("OPENSSH PRIVATE KEY", &bytes), "x").err(),
        Some(SshKeyProblem::TooProtected)
    );

    let scrypt = pkcs8::pkcs5::pbes2::ScryptParams {
        salt: b"salt".as_slice().try_into().unwrap(),
        cost_parameter: 1 << 40,
        block_size: u16::MAX,
        parallelization: u16::MAX,
        key_length: None,
    };
    let parameters = pkcs8::pkcs5::pbes2::Parameters {
        kdf: scrypt.into(),
        encryption: pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] },
    };
    let key = EncryptedPrivateKeyInfoOwned {
        encryption_algorithm: parameters.into(),
        encrypted_data: pkcs8::der::asn1::OctetString::new([0; 64]).unwrap(),
    };
    let text = armoured("ENCRYPTED PRIVATE KEY", &key.to_der().unwrap());
    assert_eq!(read_text(&text, "x").err(), Some(SshKeyProblem::TooProtected));

    // An odd modulus of 300,000 bits.
    let mut reader = vec![0xff; 40_000];
    let numbers = material::RsaNumbers {
        modulus: &reader.clone(),
        public_exponent: &[1, 0, 1],
        private_exponent: &reader.clone(),
        p: &reader.clone(),
        q: &reader.clone(),
        inverse: &reader.clone(),
        exponents: None,
    };
    assert_eq!(material::rsa(&numbers).err(), Some(SshKeyProblem::Unsupported));
    reader.truncate(256);
    for odd in [[].as_slice(), &[0], &[1], &[2], &[0xff; 256], &reader] {
        let numbers =
            material::RsaNumbers { modulus: &[0xff; 256], p: odd, q: odd, private_exponent: odd, ..numbers };
        let refused = material::rsa(&numbers).err();
        let damage = [SshKeyProblem::Damaged, SshKeyProblem::RsaPrimes, SshKeyProblem::RsaExponents];
        assert!(refused.is_some_and(|problem| damage.contains(&problem)), "{odd:?}");
    }
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

/// Numbers with zeros where careless parsers fail: in one key of 256 or 512, so they are constructed here.
#[test]
fn read_accepts_numbers_with_zeros_at_either_end() {
    let folder = folder("zeros");
    for (place, value) in [(0, 0), (0, 0x80), (31, 0), (30, 0)] {
        let mut seed = [0x55; 32];
        seed[place] = value;
        if place == 30 {
            seed[31] = 0;
        }
        let form = Form::new(material::ed25519(&seed).unwrap(), b"zero", false).unwrap();
        let made = ReadKey {
            text: PrivateKeyText::parse(&write(&form.key).unwrap()).unwrap(),
            facts: facts(&form.key).unwrap(),
        };
        let file = store(&folder, &format!("{place}-{value}"), &made);
        for version in ["2", "3"] {
            let putty = folder.join(format!("{place}-{value}-{version}.ppk"));
            out(Command::new("puttygen")
                .arg(&file)
                .args(["-O", "private", "--ppk-param"])
                .arg(format!("version={version}"))
                .arg("-o")
                .arg(&putty));
            let read = read_text(&fs::read_to_string(&putty).unwrap(), "").unwrap();
            assert_eq!(read.text.value().expose(), made.text.value().expose());
        }
    }
    // The P-256 key as OpenSSH itself writes it: without the zeros.
    let mut secret = [0x55; 32];
    secret[0] = 0;
    for zeros in 1..3 {
        secret[zeros - 1] = 0;
        let form =
            Form::new(material::ecdsa(material::Curve::P256, &secret).unwrap(), b"zero", false).unwrap();
        let made = ReadKey {
            text: PrivateKeyText::parse(&write(&form.key).unwrap()).unwrap(),
            facts: facts(&form.key).unwrap(),
        };
        let file = store(&folder, &format!("p256-{zeros}"), &made);
        out(Command::new("ssh-keygen").args(["-q", "-p", "-P", "", "-N", "", "-f"]).arg(&file));
        let rewritten = fs::read_to_string(&file).unwrap();
        assert_ne!(rewritten, made.text.value().expose());
        let read = read_text(&rewritten, "").unwrap();
        assert_eq!((read.text.value().expose(), &read.facts), (rewritten.as_str(), &made.facts));
    }
}
