//! Keys in DER: PKCS#1 (RFC 8017, A.1.2), SEC1 (RFC 5915) and PKCS#8 (RFC 5958), plain or protected.

use super::material::{self, Curve, RsaNumbers};
use domain::{secret::KeyProblem, sensitive::Sensitive};
use pkcs8::{
    EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef,
    der::{Decode, asn1::OctetStringRef},
    pkcs5::{self, EncryptionScheme, pbes2::Kdf},
};
use sec1::EcPrivateKey;
use ssh_key::private::{EcdsaKeypair, KeypairData};
use zeroize::Zeroizing;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");

const CURVES: [(ObjectIdentifier, Curve); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), Curve::P256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
];

/// More rounds of PBKDF2 than anybody recommends; they take about a second.
const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;

/// As much memory as scrypt may take, in bytes, and as many blocks as it may mix.
const MAX_SCRYPT_MEMORY: u64 = 64 << 20;
const MAX_SCRYPT_BLOCKS: u64 = 4 << 20;

/// `RSA PRIVATE KEY`
pub(super) fn pkcs1(der: &[u8]) -> Result<KeypairData, KeyProblem> {
    let key = pkcs1::RsaPrivateKey::from_der(der).map_err(|_| KeyProblem::Damaged)?;
    if key.other_prime_infos.is_some() {
        return Err(KeyProblem::Unsupported);
    }
    material::rsa(&RsaNumbers {
        modulus: key.modulus.as_bytes(),
        public_exponent: key.public_exponent.as_bytes(),
        private_exponent: key.private_exponent.as_bytes(),
        p: key.prime1.as_bytes(),
        q: key.prime2.as_bytes(),
        inverse: key.coefficient.as_bytes(),
    })
}

/// `EC PRIVATE KEY`
pub(super) fn sec1(der: &[u8]) -> Result<KeypairData, KeyProblem> {
    elliptic_curve(der, None)
}

/// `PRIVATE KEY`
pub(super) fn pkcs8(der: &[u8]) -> Result<KeypairData, KeyProblem> {
    let key = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyProblem::Damaged)?;
    let secret = key.private_key.as_bytes();
    match key.algorithm.oid {
        RSA => pkcs1(secret),
        ELLIPTIC_CURVE => {
            let curve = key.algorithm.parameters_oid().map_err(|_| KeyProblem::Unsupported)?;
            elliptic_curve(secret, Some(curve))
        }
        // RFC 8410, 7: an octet string within the octet string.
        ED25519 => {
            let seed = <&OctetStringRef>::from_der(secret).map_err(|_| KeyProblem::Damaged)?;
            material::ed25519(seed.as_bytes())
        }
        DSA => Err(KeyProblem::Dsa),
        _ => Err(KeyProblem::Unsupported),
    }
}

/// Whether this is what OpenSSH cannot read: Ed25519 in PKCS#8.
pub(super) fn is_for_openssh(key: &KeypairData) -> bool {
    !matches!(key, KeypairData::Ed25519(_))
}

/// `ENCRYPTED PRIVATE KEY`
pub(super) fn encrypted_pkcs8(der: &[u8], passphrase: &Sensitive) -> Result<KeypairData, KeyProblem> {
    // A scheme that is not known is no DER that can be read, either.
    let key = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| KeyProblem::UnknownProtection)?;
    let EncryptionScheme::Pbes2(parameters) = &key.encryption_algorithm else {
        return Err(KeyProblem::UnknownProtection);
    };
    let affordable = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MAX_PBKDF2_ROUNDS,
        Kdf::Scrypt(kdf) => {
            let blocks = kdf.cost_parameter.saturating_mul(u64::from(kdf.block_size));
            blocks.saturating_mul(128) <= MAX_SCRYPT_MEMORY
                && blocks.saturating_mul(u64::from(kdf.parallelization)) <= MAX_SCRYPT_BLOCKS
        }
        _ => return Err(KeyProblem::UnknownProtection),
    };
    if !affordable {
        return Err(KeyProblem::TooProtected);
    }
    let plain = key.decrypt(passphrase.expose()).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { .. } | pkcs5::Error::AlgorithmParametersInvalid { .. },
        ) => KeyProblem::UnknownProtection,
        _ => KeyProblem::WrongPassphrase,
    })?;
    // A wrong passphrase gives something that looks whole now and then.
    match pkcs8(plain.as_bytes()) {
        Err(KeyProblem::Damaged) => Err(KeyProblem::WrongPassphrase),
        outcome => outcome,
    }
}

fn elliptic_curve(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<KeypairData, KeyProblem> {
    // Curves spelled out in full are not read, here or by OpenSSH.
    let key = EcPrivateKey::from_der(der).map_err(|error| match error.kind() {
        pkcs8::der::ErrorKind::TagUnexpected { .. } => KeyProblem::Unsupported,
        _ => KeyProblem::Damaged,
    })?;
    let own = key.parameters.and_then(sec1::EcParameters::named_curve);
    let oid = own.or(curve).ok_or(KeyProblem::Unsupported)?;
    let curve = CURVES.iter().find(|(known, _)| *known == oid).ok_or(KeyProblem::Unsupported)?.1;
    let pair = material::ecdsa(curve, key.private_key)?;
    match key.public_key {
        // Uncompressed, as everybody writes it.
        Some(stated) if stated.first() == Some(&4) && stated != public_point(&pair).as_slice() => {
            Err(KeyProblem::Damaged)
        }
        _ => Ok(pair),
    }
}

fn public_point(pair: &KeypairData) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match pair {
        KeypairData::Ecdsa(EcdsaKeypair::NistP256 { public, .. }) => public.as_bytes().to_vec(),
        KeypairData::Ecdsa(EcdsaKeypair::NistP384 { public, .. }) => public.as_bytes().to_vec(),
        KeypairData::Ecdsa(EcdsaKeypair::NistP521 { public, .. }) => public.as_bytes().to_vec(),
        _ => Vec::new(),
    })
}
