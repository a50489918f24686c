mod forged;
mod rotation;
mod taken_over;

use super::{envelope::ALGORITHM, *};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use domain::sensitive::Sensitive;
use uuid::Uuid;

const KEK: [u8; 32] = [7; 32];

fn keyring() -> Keyring {
    use base64::{Engine, engine::general_purpose::STANDARD};
    Keyring::new(vec![Kek::parse(&Sensitive::new(STANDARD.encode(KEK))).unwrap()])
}

/// Returns the id of the ring's only key.
fn kek_id() -> String {
    keyring().ids().next().unwrap().to_owned()
}

fn place() -> Location {
    Location { secret: Uuid::from_u128(1), field: ValueField::RegistryPassword, version: 1 }
}

fn sealed() -> SealedValue {
    keyring().seal(&kek_id(), place(), &Sensitive::new("SENTINEL")).unwrap()
}

#[test]
fn open_returns_value_in_its_place() {
    for text in ["", "SENTINEL", " \"\\:🔑\n", &"x".repeat(65_536)] {
        let value = keyring().seal(&kek_id(), place(), &Sensitive::new(text)).unwrap();
        assert_eq!(keyring().open(place(), &value).unwrap().expose(), text);
    }
}

#[test]
fn seal_gives_different_bytes_each_time() {
    let (one, two) = (sealed(), sealed());
    assert_ne!(one.ciphertext, two.ciphertext);
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.wrapped_key, two.wrapped_key);
    assert!(!one.ciphertext.windows(8).any(|window| window == b"SENTINEL"));
}

#[test]
fn open_fails_in_any_other_place() {
    let value = sealed();
    for elsewhere in [
        Location { secret: Uuid::from_u128(2), ..place() },
        Location { field: ValueField::SshPrivateKey, ..place() },
        Location { version: 2, ..place() },
    ] {
        assert_eq!(keyring().open(elsewhere, &value).unwrap_err(), IntegrityError);
    }
    let other = Keyring::new(vec![Kek::generate().unwrap()]);
    assert_eq!(other.open(place(), &value).unwrap_err(), IntegrityError);
}

#[test]
fn open_fails_after_any_change() {
    fn every_byte(get: fn(&mut SealedValue) -> &mut Vec<u8>) {
        let length = get(&mut sealed()).len();
        for index in 0..length {
            let mut value = sealed();
            get(&mut value)[index] ^= 1;
            assert_eq!(keyring().open(place(), &value).unwrap_err(), IntegrityError);
            let mut value = sealed();
            get(&mut value).truncate(index);
            assert_eq!(keyring().open(place(), &value).unwrap_err(), IntegrityError);
        }
        let mut value = sealed();
        get(&mut value).push(0);
        assert_eq!(keyring().open(place(), &value).unwrap_err(), IntegrityError);
    }
    every_byte(|value| &mut value.wrapped_key);
    every_byte(|value| &mut value.nonce);
    every_byte(|value| &mut value.ciphertext);
    let mut value = sealed();
    value.algorithm.push('x');
    assert_eq!(keyring().open(place(), &value).unwrap_err(), IntegrityError);
    let (one, two) = (sealed(), sealed());
    let swapped = SealedValue { wrapped_key: two.wrapped_key, ..one };
    assert_eq!(keyring().open(place(), &swapped).unwrap_err(), IntegrityError);
}

/// The layout, written here by hand and opened with another implementation of AES-GCM.
#[test]
fn seal_and_open_agree_with_another_implementation() {
    let kek_id = kek_id();
    let aad = |purpose: &[u8]| {
        let mut out = Vec::new();
        let version = 1_i64.to_be_bytes();
        let secret = Uuid::from_u128(1);
        let parts: [&[u8]; 6] =
            [purpose, b"secret_values", secret.as_bytes(), b"registry-password", &version, kek_id.as_bytes()];
        for part in parts {
            out.extend_from_slice(&u64::try_from(part.len()).unwrap().to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    };
    let (wrap, data) = (aad(b"wrap"), aad(b"data"));

    let ours = sealed();
    let (nonce, wrapped) = ours.wrapped_key.split_at(12);
    let kek = Aes256Gcm::new(&KEK.into());
    let data_key = kek.decrypt(nonce.into(), Payload { msg: wrapped, aad: &wrap }).unwrap();
    let cipher = Aes256Gcm::new_from_slice(&data_key).unwrap();
    let text =
        cipher.decrypt(ours.nonce.as_slice().into(), Payload { msg: &ours.ciphertext, aad: &data }).unwrap();
    assert_eq!(text, b"SENTINEL");

    let (data_key, nonce) = ([9; 32], [3; 12]);
    let wrapped = kek.encrypt(&nonce.into(), Payload { msg: &data_key, aad: &wrap }).unwrap();
    let theirs = SealedValue {
        algorithm: ALGORITHM.to_owned(),
        kek_id: kek_id.clone(),
        wrapped_key: [nonce.as_slice(), &wrapped].concat(),
        nonce: nonce.to_vec(),
        ciphertext: Aes256Gcm::new(&data_key.into())
            .encrypt(&nonce.into(), Payload { msg: b"theirs", aad: &data })
            .unwrap(),
    };
    assert_eq!(keyring().open(place(), &theirs).unwrap().expose(), "theirs");
}
