//! Makes a key pair from the numbers of a key. The public half is always computed anew, which exposes a key
//! whose halves do not belong together.

use domain::secret::SshKeyProblem;
use rsa::{BoxedUint, RsaPrivateKey, traits::PrivateKeyParts};
use ssh_key::private::{EcdsaKeypair, Ed25519Keypair, KeypairData, RsaKeypair};
use zeroize::Zeroizing;

/// The shortest RSA modulus that OpenSSH accepts, in bits.
const MIN_RSA_BITS: usize = 2048;

/// The longest RSA modulus that OpenSSH reads, in bits; checking a longer one would take minutes.
const MAX_RSA_BITS: usize = 16384;

/// The curves that RFC 5656 requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// Returns the curve with this name in SSH.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"nistp256" => Some(Self::P256),
            b"nistp384" => Some(Self::P384),
            b"nistp521" => Some(Self::P521),
            _ => None,
        }
    }
}

/// Makes an Ed25519 pair from its seed of 32 bytes (RFC 8032, 5.1.5).
pub(super) fn ed25519(seed: &[u8]) -> Result<KeypairData, SshKeyProblem> {
    let seed = <[u8; 32]>::try_from(seed).map(Zeroizing::new).map_err(|_| SshKeyProblem::Damaged)?;
    Ok(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)))
}

/// Makes an ECDSA pair from the secret number, big-endian, with any number of leading zeros.
pub(super) fn ecdsa(curve: Curve, secret: &[u8]) -> Result<KeypairData, SshKeyProblem> {
    /// Pads the number to the width of the curve.
    fn padded<const N: usize>(secret: &[u8]) -> Result<Zeroizing<[u8; N]>, SshKeyProblem> {
        let secret = without_zeros(secret);
        let start = N.checked_sub(secret.len()).ok_or(SshKeyProblem::Damaged)?;
        let mut bytes = Zeroizing::new([0; N]);
        bytes[start..].copy_from_slice(secret);
        Ok(bytes)
    }

    let damaged = |_| SshKeyProblem::Damaged;
    let pair = match curve {
        Curve::P256 => {
            let secret = p256::SecretKey::from_slice(padded::<32>(secret)?.as_slice()).map_err(damaged)?;
            EcdsaKeypair::NistP256 { public: secret.public_key().into(), private: secret.into() }
        }
        Curve::P384 => {
            let secret = p384::SecretKey::from_slice(padded::<48>(secret)?.as_slice()).map_err(damaged)?;
            EcdsaKeypair::NistP384 { public: secret.public_key().into(), private: secret.into() }
        }
        Curve::P521 => {
            let secret = p521::SecretKey::from_slice(padded::<66>(secret)?.as_slice()).map_err(damaged)?;
            EcdsaKeypair::NistP521 { public: secret.public_key().into(), private: secret.into() }
        }
    };
    Ok(KeypairData::Ecdsa(pair))
}

/// The numbers of an RSA key, big-endian; `inverse` is the inverse of `q` modulo `p`.
pub(super) struct RsaNumbers<'a> {
    pub(super) modulus: &'a [u8],
    pub(super) public_exponent: &'a [u8],
    pub(super) private_exponent: &'a [u8],
    pub(super) p: &'a [u8],
    pub(super) q: &'a [u8],
    pub(super) inverse: &'a [u8],
    /// The private exponent modulo `p - 1` and modulo `q - 1`, if the form has them.
    pub(super) exponents: Option<[&'a [u8]; 2]>,
}

/// The number of bits that `rsa` computes with at once.
const LIMB_BITS: usize = 64;

/// Checks that the numbers belong together, and computes anew those that only speed up the arithmetic.
/// Returns false beside the pair if the key stated them otherwise, so that it has to be written anew.
pub(super) fn rsa(numbers: &RsaNumbers<'_>) -> Result<(KeypairData, bool), SshKeyProblem> {
    let bits = bits(numbers.modulus);
    if bits < MIN_RSA_BITS {
        return Err(SshKeyProblem::ShortRsa);
    }
    let parts = [numbers.public_exponent, numbers.private_exponent, numbers.p, numbers.q];
    // The arithmetic below needs odd primes.
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    if bits > MAX_RSA_BITS || parts.iter().any(|part| self::bits(part) > bits || !odd(part)) {
        return Err(if bits > MAX_RSA_BITS { SshKeyProblem::Unsupported } else { SshKeyProblem::Damaged });
    }
    // `rsa` 0.10 panics if one prime takes more limbs than the other. No generator makes such keys.
    if self::bits(numbers.p).div_ceil(LIMB_BITS) != self::bits(numbers.q).div_ceil(LIMB_BITS) {
        return Err(SshKeyProblem::UnevenPrimes);
    }
    let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(without_zeros(bytes));
    let [exponent, private, p, q] = parts.map(number);
    let key = RsaPrivateKey::from_components(number(numbers.modulus), exponent, private, vec![p, q])
        .map_err(|error| match error {
            rsa::Error::InvalidModulus | rsa::Error::InvalidPrime => SshKeyProblem::RsaPrimes,
            rsa::Error::InvalidExponent => SshKeyProblem::RsaExponents,
            rsa::Error::PublicExponentTooLarge => SshKeyProblem::LargeExponent,
            _ => SshKeyProblem::Damaged,
        })?;
    let pair = RsaKeypair::try_from(&key).map_err(|_| SshKeyProblem::Damaged)?;
    let inverse = pair.private().iqmp().as_positive_bytes();
    let stated = |computed: Option<&BoxedUint>, stated: &[u8]| {
        computed.is_some_and(|computed| without_zeros(&computed.to_be_bytes()) == without_zeros(stated))
    };
    let sound = inverse == Some(without_zeros(numbers.inverse))
        && numbers.exponents.is_none_or(|[dp, dq]| stated(key.dp(), dp) && stated(key.dq(), dq));
    Ok((KeypairData::Rsa(pair), sound))
}

/// Strips leading zeros, which a number has because of its sign or its width.
fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    &number[start..]
}

fn bits(number: &[u8]) -> usize {
    let number = without_zeros(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}
