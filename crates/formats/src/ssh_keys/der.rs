//! Keys in DER: PKCS#1 (RFC 8017, A.1.2), SEC1 (RFC 5915) and PKCS#8 (RFC 5958), plain or protected.

use super::{
    digits::from_hex,
    material::{self, Curve, RsaNumbers},
    pbe,
};
use domain::{secret::SshKeyProblem, sensitive::Sensitive};
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

/// The prime of the field, the x of the generator, and the order of each curve (FIPS 186-4, D.1.2), as DER
/// has them.
const SPELLED_OUT: [(Curve, [&str; 3]); 3] = [
    (
        Curve::P256,
        [
            "00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        ],
    ),
    (
        Curve::P384,
        [
            "00fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "00ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        ],
    ),
    (
        Curve::P521,
        [
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
         ffffffffffffffffffffffff",
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1\
         856a429bf97e7e31c2e5bd66",
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8\
         899c47aebb6fb71e91386409",
        ],
    ),
];

/// A pair, and whether its numbers and its curve are in the form that OpenSSH reads; if not, it is written
/// anew.
pub(super) type Pair = (KeypairData, bool);

/// The most rounds of PBKDF2: more than anybody recommends; they take about a second.
const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;

/// The most memory that scrypt may use, in bytes, and the most blocks that it may mix.
const MAX_SCRYPT_MEMORY: u64 = 64 << 20;
const MAX_SCRYPT_BLOCKS: u64 = 4 << 20;

/// Returns the length that a sequence states (X.690, 8.1.3), including its header; `None` if that is more
/// than there is.
pub(super) fn length(der: &[u8]) -> Option<usize> {
    let (0x30, first) = (*der.first()?, *der.get(1)?) else { return None };
    let (length, head) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let digits =
            der.get(2..2 + usize::from(first & 0x7f)).filter(|digits| (1..=4).contains(&digits.len()))?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + digits.len())
    };
    length.checked_add(head).filter(|length| *length <= der.len())
}

/// Parses `RSA PRIVATE KEY`.
pub(super) fn pkcs1(der: &[u8]) -> Result<Pair, SshKeyProblem> {
    let key = pkcs1::RsaPrivateKey::from_der(der).map_err(|_| SshKeyProblem::Damaged)?;
    if key.other_prime_infos.is_some() {
        return Err(SshKeyProblem::Unsupported);
    }
    material::rsa(&RsaNumbers {
        modulus: key.modulus.as_bytes(),
        public_exponent: key.public_exponent.as_bytes(),
        private_exponent: key.private_exponent.as_bytes(),
        p: key.prime1.as_bytes(),
        q: key.prime2.as_bytes(),
        inverse: key.coefficient.as_bytes(),
        exponents: Some([key.exponent1.as_bytes(), key.exponent2.as_bytes()]),
    })
}

/// Parses `EC PRIVATE KEY`.
pub(super) fn sec1(der: &[u8]) -> Result<Pair, SshKeyProblem> {
    elliptic_curve(der, None)
}

/// Parses `PRIVATE KEY`.
pub(super) fn pkcs8(der: &[u8]) -> Result<Pair, SshKeyProblem> {
    let key = PrivateKeyInfoRef::from_der(der).map_err(|_| SshKeyProblem::Damaged)?;
    let secret = key.private_key.as_bytes();
    match key.algorithm.oid {
        RSA => pkcs1(secret),
        ELLIPTIC_CURVE => {
            let parameters = key.algorithm.parameters.ok_or(SshKeyProblem::Unsupported)?;
            let (curve, named) = match parameters.decode_as::<ObjectIdentifier>() {
                Ok(oid) => (named(oid).ok_or(SshKeyProblem::Unsupported)?, true),
                Err(_) => (spelled_out(parameters.value()).ok_or(SshKeyProblem::Unsupported)?, false),
            };
            elliptic_curve(secret, Some(curve)).map(|(pair, sound)| (pair, sound && named))
        }
        // An octet string within the octet string (RFC 8410, 7).
        ED25519 => {
            let seed = <&OctetStringRef>::from_der(secret).map_err(|_| SshKeyProblem::Damaged)?;
            let pair = material::ed25519(seed.as_bytes())?;
            // Version 2 of the form, as Java writes it, states the public half too.
            let stated = key.public_key.as_ref().map(pkcs8::der::asn1::BitStringRef::raw_bytes);
            match (&pair, stated) {
                (KeypairData::Ed25519(pair), Some(stated)) if stated != pair.public.as_ref() => {
                    Err(SshKeyProblem::HalvesDiffer)
                }
                _ => Ok((pair, true)),
            }
        }
        DSA => Err(SshKeyProblem::Dsa),
        _ => Err(SshKeyProblem::Unsupported),
    }
}

/// Returns whether OpenSSH cannot read the key in this form: Ed25519 in PKCS#8.
pub(super) fn is_for_openssh(key: &KeypairData) -> bool {
    !matches!(key, KeypairData::Ed25519(_))
}

/// Parses `ENCRYPTED PRIVATE KEY`.
pub(super) fn encrypted_pkcs8(der: &[u8], passphrase: &Sensitive) -> Result<Pair, SshKeyProblem> {
    if let Some(plain) = pbe::decrypt(der, passphrase)? {
        return opened(&plain);
    }
    // An unknown scheme cannot be parsed as DER, either.
    let key = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| SshKeyProblem::UnknownProtection)?;
    let EncryptionScheme::Pbes2(parameters) = &key.encryption_algorithm else {
        return Err(SshKeyProblem::UnknownProtection);
    };
    let affordable = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MAX_PBKDF2_ROUNDS,
        Kdf::Scrypt(kdf) => {
            let blocks = kdf.cost_parameter.saturating_mul(u64::from(kdf.block_size));
            blocks.saturating_mul(128) <= MAX_SCRYPT_MEMORY
                && blocks.saturating_mul(u64::from(kdf.parallelization)) <= MAX_SCRYPT_BLOCKS
        }
        _ => return Err(SshKeyProblem::UnknownProtection),
    };
    if !affordable {
        return Err(SshKeyProblem::TooProtected);
    }
    let plain = key.decrypt(passphrase.expose()).map_err(|error| match error {
        pkcs8::Error::EncryptedPrivateKey(
            pkcs5::Error::UnsupportedAlgorithm { .. } | pkcs5::Error::AlgorithmParametersInvalid { .. },
        ) => SshKeyProblem::UnknownProtection,
        _ => SshKeyProblem::WrongPassphrase,
    })?;
    opened(plain.as_bytes())
}

/// Parses a key that a passphrase has opened: a wrong passphrase now and then gives bytes that look whole.
pub(super) fn opened(plain: &[u8]) -> Result<Pair, SshKeyProblem> {
    match pkcs8(plain) {
        Err(problem) if problem.is_no_form() => Err(SshKeyProblem::WrongPassphrase),
        outcome => outcome,
    }
}

fn elliptic_curve(der: &[u8], curve: Option<Curve>) -> Result<Pair, SshKeyProblem> {
    // `sec1` does not parse curves that are spelled out.
    let parsed = EcPrivateKey::from_der(der);
    let (own, secret, stated, named) = if let Ok(key) = &parsed {
        let own = key.parameters.and_then(sec1::EcParameters::named_curve);
        let own = own.map(|oid| named(oid).ok_or(SshKeyProblem::Unsupported)).transpose()?;
        (own, key.private_key, key.public_key, true)
    } else {
        let parts = SpelledOut::parse(der).ok_or(SshKeyProblem::Damaged)?;
        let own = spelled_out(parts.parameters).ok_or(SshKeyProblem::Unsupported)?;
        (Some(own), parts.secret, parts.public, false)
    };
    let curve = own.or(curve).ok_or(SshKeyProblem::Unsupported)?;
    let pair = material::ecdsa(curve, secret)?;
    match stated {
        // Uncompressed, as every tool writes it.
        Some(stated) if stated.first() == Some(&4) && stated != public_point(&pair).as_slice() => {
            Err(SshKeyProblem::HalvesDiffer)
        }
        _ => Ok((pair, named)),
    }
}

fn named(oid: ObjectIdentifier) -> Option<Curve> {
    CURVES.iter().find(|(known, _)| *known == oid).map(|(_, curve)| *curve)
}

/// Returns the curve with these parameters (RFC 3279, 2.3.5): its field, the x of its generator, and its
/// order.
fn spelled_out(parameters: &[u8]) -> Option<Curve> {
    let has = |number: &str| {
        from_hex(number).is_some_and(|number| parameters.windows(number.len()).any(|part| part == number))
    };
    SPELLED_OUT.iter().find(|(_, numbers)| numbers.iter().all(|number| has(number))).map(|(curve, _)| *curve)
}

/// The parts of a key in SEC1's form (RFC 5915) whose curve is spelled out.
struct SpelledOut<'a> {
    secret: &'a [u8],
    parameters: &'a [u8],
    public: Option<&'a [u8]>,
}

impl<'a> SpelledOut<'a> {
    fn parse(der: &'a [u8]) -> Option<Self> {
        let mut rest = pbe::element(&mut &*der, 0x30)?;
        pbe::element(&mut rest, 0x02)?;
        let secret = pbe::element(&mut rest, 0x04)?;
        let parameters = pbe::element(&mut rest, 0xa0)?;
        let public = pbe::element(&mut rest, 0xa1);
        // The first byte of a bit string is the number of unused bits in its last byte.
        let public =
            public.and_then(|mut public| pbe::element(&mut public, 0x03)).and_then(|bits| bits.get(1..));
        Some(Self { secret, parameters, public })
    }
}

pub(super) fn public_point(pair: &KeypairData) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match pair {
        KeypairData::Ecdsa(EcdsaKeypair::NistP256 { public, .. }) => public.as_bytes().to_vec(),
        KeypairData::Ecdsa(EcdsaKeypair::NistP384 { public, .. }) => public.as_bytes().to_vec(),
        KeypairData::Ecdsa(EcdsaKeypair::NistP521 { public, .. }) => public.as_bytes().to_vec(),
        _ => Vec::new(),
    })
}
