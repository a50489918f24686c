//! The text of an SSH private key.

mod facts;
mod problem;

pub use facts::{NewSshKeyKind, SshKeyAlgorithm, SshKeyFacts};
pub use problem::SshKeyProblem;

use crate::{invisible::trimmed, sensitive::Sensitive};

/// A private key with LF line ends, one final newline, no byte-order mark, no indentation, and nothing around its armour (RFC
/// 7468; `PuTTY`'s files have their own). Its content is checked for damage but not parsed: the backend parses it, and stores
/// a form that OpenSSH itself can use.
#[derive(Clone, Debug)]
pub struct PrivateKeyText {
    text: Sensitive,
    passphrase: Sensitive,
}

/// The labels of a private key's armour.
const LABELS: [&str; 5] =
    ["OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];

/// The dashes into which word processors turn hyphens.
const DASHES: [char; 6] = ['\u{2010}', '\u{2011}', '\u{2012}', '–', '—', '−'];

/// The beginnings of keys whose whole text is in base64: PEM and `PuTTY`'s, and PEM that is encoded twice, or was in UTF-16
/// before.
const ENCODED: [&str; 4] =
    ["LS0tLS1CRUdJTi", "UHVUVFktVXNlci1LZXktRmls", "TFMwdExTMUNSVWRKVG", "//4tAC0ALQAtAC0A"];

/// The beginning of the content of OpenSSH's own form.
const OPENSSH_BODY: &str = "b3BlbnNzaC1rZXktdjE";

/// The beginning of `PuTTY`'s files, before the number of the form.
const PUTTY: &str = "PuTTY-User-Key-File-";

/// The block that `openssl ecparam -genkey` puts before a key; the key itself names its curve too.
const EC_PARAMETERS: [&str; 2] = ["-----BEGIN EC PARAMETERS-----", "-----END EC PARAMETERS-----"];

impl PrivateKeyText {
    /// The maximum length, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// The maximum length of a passphrase, in bytes: as long as OpenSSH itself would ask for (`PASS_MAX` is 1024 there).
    pub const MAX_PASSPHRASE_BYTES: usize = 1024;

    /// Parses a pasted key, and corrects what does not change it. Rejects a key that is protected by a passphrase, because
    /// nobody has entered it.
    pub fn parse(pasted: &Sensitive) -> Result<Self, SshKeyProblem> {
        Self::parse_with(pasted, Sensitive::default())
    }

    /// Parses a pasted key with a passphrase, which may be wrong, or for a key that needs none.
    pub fn parse_with(pasted: &Sensitive, passphrase: Sensitive) -> Result<Self, SshKeyProblem> {
        let text = pasted.expose();
        if text.len() > Self::MAX_BYTES {
            return Err(SshKeyProblem::TooLong);
        }
        let narrowed = narrowed(text);
        let text = trimmed(narrowed.as_ref().map_or(text, Sensitive::expose));
        if text.is_empty() {
            return Err(SshKeyProblem::Missing);
        }
        if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(SshKeyProblem::Binary);
        }
        let [start, end] = EC_PARAMETERS;
        let text = match text.strip_prefix(start).and_then(|rest| rest.split_once(end)) {
            Some((_, key)) => key.trim(),
            None => text,
        };
        let putty = text.starts_with(PUTTY);
        // Built as one text, which is overwritten when dropped, as lines in a list would not be.
        let mut clean = String::with_capacity(text.len() + 2);
        for line in text.split(['\n', '\r']) {
            // In PuTTY's form the end of a comment is sealed with it.
            let line = if putty { line.trim_start() } else { trimmed(line) };
            if !line.is_empty() {
                clean.push_str(line);
                clean.push('\n');
            }
            // A blank line ends the headers of an old PEM file, of which this is the last; all others are removed.
            if line.starts_with("DEK-Info:") {
                clean.push('\n');
            }
        }
        let clean = Sensitive::new(clean);
        match check(clean.expose()) {
            Err(SshKeyProblem::Passphrase) if !passphrase.is_empty() => {}
            outcome => outcome?,
        }
        if passphrase.len() > Self::MAX_PASSPHRASE_BYTES {
            return Err(SshKeyProblem::WrongPassphrase);
        }
        Ok(Self { text: clean, passphrase })
    }

    /// Returns the value.
    pub fn value(&self) -> &Sensitive {
        &self.text
    }

    /// Returns the passphrase that was entered; empty if none was.
    pub fn passphrase(&self) -> &Sensitive {
        &self.passphrase
    }
}

/// Returns the text of what was UTF-16 and decoded otherwise: a NUL before or after each character.
fn narrowed(text: &str) -> Option<Sensitive> {
    let text = text.trim_start_matches(['\u{feff}', '\u{fffd}', 'ÿ', 'þ']).trim_matches('\0');
    let wide = text.contains('\0') && text.chars().skip(1).step_by(2).all(|c| c == '\0');
    // In one piece, because a text that grows leaves copies behind.
    wide.then(|| Sensitive::new(text.replace('\0', "")))
}

fn check(text: &str) -> Result<(), SshKeyProblem> {
    // A fence of fewer than five hyphens, as in RFC 4716, marks a public key.
    if text.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        return Err(SshKeyProblem::PublicKey);
    }
    if text.starts_with("---- BEGIN SSH2 ENCRYPTED") {
        return Err(SshKeyProblem::SshCom);
    }
    if let Some(rest) = text.strip_prefix(PUTTY) {
        return check_putty(rest);
    }
    if text.contains("PRIVATE KEY") && text.contains(DASHES) {
        return Err(SshKeyProblem::SmartDashes);
    }
    let Some(start) = text.find("-----BEGIN ") else {
        return Err(without_armour(text));
    };
    let label = text[start + 11..].split("-----").next().unwrap_or_default();
    if label.contains("PUBLIC KEY") {
        return Err(SshKeyProblem::PublicKey);
    }
    if label.contains("CERTIFICATE") {
        return Err(SshKeyProblem::Certificate);
    }
    if text.contains("\\n") {
        return Err(SshKeyProblem::WrittenNewlines);
    }
    if text.matches("-----BEGIN ").count() > 1 {
        return Err(SshKeyProblem::TwoKeys);
    }
    if start > 0 {
        return Err(SshKeyProblem::Surrounded);
    }
    match label {
        "DSA PRIVATE KEY" => return Err(SshKeyProblem::Dsa),
        label if LABELS.contains(&label) => {}
        _ => return Err(SshKeyProblem::NotAKey),
    }
    let Some(end) = text.find("-----END ") else {
        return Err(SshKeyProblem::Truncated);
    };
    let begin_line = 11 + label.len() + 5;
    let (body, last) = text.split_at(end);
    let Some(body) = body.get(begin_line..) else {
        return Err(SshKeyProblem::Damaged);
    };
    if !body.starts_with('\n') || (!body.ends_with('\n') && !body.trim().is_empty()) {
        return Err(SshKeyProblem::OneLine);
    }
    let Some(after) = last.strip_prefix("-----END ").and_then(|last| last.strip_prefix(label)) else {
        return Err(SshKeyProblem::Damaged);
    };
    match after.strip_prefix("-----") {
        Some("\n") => {}
        Some(_) => return Err(SshKeyProblem::Surrounded),
        None => return Err(SshKeyProblem::Truncated),
    }
    check_body(label, body)
}

/// Checks `PuTTY`'s own form (its manual, appendix C): lines with a name and a value, and two blocks of base64 after their
/// number of lines; a checksum ends it. `rest` follows the first words.
fn check_putty(rest: &str) -> Result<(), SshKeyProblem> {
    if !rest.starts_with("2: ") && !rest.starts_with("3: ") {
        return Err(SshKeyProblem::OldPutty);
    }
    if rest.contains(PUTTY) || rest.contains("-----BEGIN ") {
        return Err(SshKeyProblem::TwoKeys);
    }
    if rest.contains("\\n") && !rest.trim_end().contains('\n') {
        return Err(SshKeyProblem::WrittenNewlines);
    }
    let value = |name: &str| rest.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let Some(encryption) = value("Encryption:") else {
        return Err(if rest.trim_end().contains('\n') {
            SshKeyProblem::Damaged
        } else {
            SshKeyProblem::OneLine
        });
    };
    if rest.starts_with("2: ssh-dss") || rest.starts_with("3: ssh-dss") {
        return Err(SshKeyProblem::Dsa);
    }
    let mut lines = rest.lines().skip_while(|line| !line.starts_with("Private-MAC:"));
    match (value("Private-Lines:"), lines.next()) {
        (Some(_), Some(_)) => {}
        _ => return Err(SshKeyProblem::Truncated),
    }
    match (lines.next(), encryption) {
        (Some(_), _) => Err(SshKeyProblem::Surrounded),
        (None, "none") => Ok(()),
        (None, _) => Err(SshKeyProblem::Passphrase),
    }
}

/// Returns the problem with a text that has no armour.
fn without_armour(text: &str) -> SshKeyProblem {
    let kind = text
        .split_whitespace()
        .find(|word| word.contains("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-"));
    if text.contains(PUTTY) {
        return SshKeyProblem::Surrounded;
    }
    match kind {
        Some(word) if word.contains("-cert-v01@") => SshKeyProblem::Certificate,
        Some(word) if word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-") => {
            SshKeyProblem::PublicKey
        }
        _ if ENCODED.iter().any(|start| text.starts_with(start)) => SshKeyProblem::Base64,
        _ if text.starts_with(OPENSSH_BODY) => SshKeyProblem::Truncated,
        _ if text.contains("-----END ") && text.contains("PRIVATE KEY-----") => SshKeyProblem::Truncated,
        _ => SshKeyProblem::NotAKey,
    }
}

/// Checks the base64 between the fences, and as much of its content as shows a damaged or protected key.
fn check_body(label: &str, body: &str) -> Result<(), SshKeyProblem> {
    // Headers as in RFC 1421, before a blank line, mark a protected key in old PEM files.
    let headers = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
    let (protected, body) = match body.split_once("\n\n") {
        Some((info, body)) if headers => {
            (Some(info.split_once("DEK-Info:").map_or("", |(_, info)| info.trim())), body)
        }
        _ => (headers.then_some(""), body),
    };
    let mut digits = 0;
    let mut padding = 0;
    for byte in body.bytes() {
        match byte {
            // Mail and terminals break lines anywhere: missing text shows by the lengths inside.
            b'\n' | b' ' | b'\t' => {}
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
            _ => return Err(SshKeyProblem::StrayCharacter),
        }
    }
    if padding > 2 || (digits + padding) % 4 != 0 {
        return Err(SshKeyProblem::UnevenBase64);
    }
    let bytes = digits * 3 / 4;
    // The shortest private key, an Ed25519 one in PKCS#8, has 48 bytes.
    if bytes < 48 {
        return Err(SshKeyProblem::Truncated);
    }
    let mut decoder = Decoder::new(body);
    if label == "OPENSSH PRIVATE KEY" {
        check_openssh(&mut decoder)
    } else if let Some(info) = protected {
        Err(protection(CIPHERS.iter().any(|cipher| info.starts_with(cipher))))
    } else {
        check_der(&mut decoder, bytes)?;
        if label == "ENCRYPTED PRIVATE KEY" { Err(check_encrypted(body)) } else { Ok(()) }
    }
}

/// The ciphers of old PEM files that can be decrypted, by their names in `DEK-Info`.
const CIPHERS: [&str; 4] = ["AES-128-CBC,", "AES-192-CBC,", "AES-256-CBC,", "DES-EDE3-CBC,"];

/// The ciphers of OpenSSH 9's own form.
const OPENSSH_CIPHERS: [&[u8]; 10] = [
    b"aes128-cbc",
    b"aes192-cbc",
    b"aes256-cbc",
    b"aes128-ctr",
    b"aes192-ctr",
    b"aes256-ctr",
    b"aes128-gcm@openssh.com",
    b"aes256-gcm@openssh.com",
    b"chacha20-poly1305@openssh.com",
    b"3des-cbc",
];

/// PBES2 with AES or triple DES, and PBE-SHA1-3DES, by their object identifiers in DER.
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const SCHEMES: [&[u8]; 3] = [
    &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

fn protection(known: bool) -> SshKeyProblem {
    if known { SshKeyProblem::Passphrase } else { SshKeyProblem::UnknownProtection }
}

/// Returns the problem of an encrypted key, by the names before the encrypted part, so that it is known before a passphrase
/// is asked for.
fn check_encrypted(body: &str) -> SshKeyProblem {
    let head: Vec<u8> = Decoder::new(body).take(160).collect();
    let find = |name: &[u8]| head.windows(name.len()).position(|part| part == name);
    let [aes, triple_des, pkcs12] = SCHEMES.map(find);
    // CBC with keys of 128, 192 and 256 bits, and GCM.
    let aes =
        aes.filter(|at| head.get(at + 8).is_some_and(|mode| [0x02, 0x16, 0x2a, 0x06, 0x2e].contains(mode)));
    // Of PKCS#12's six schemes, the third and the fourth are triple DES.
    let triple_des_of_pkcs12 =
        pkcs12.and_then(|at| head.get(at + 9)).is_some_and(|which| matches!(which, 3 | 4));
    protection(find(PBES2).is_some() && aes.or(triple_des).is_some() || triple_des_of_pkcs12)
}

/// Checks PROTOCOL.key of OpenSSH: magic, cipher, kdf, kdf options, number of keys, public key, private part.
fn check_openssh(decoder: &mut Decoder) -> Result<(), SshKeyProblem> {
    for &expected in b"openssh-key-v1\0" {
        if decoder.next() != Some(expected) {
            return Err(SshKeyProblem::OtherForm);
        }
    }
    let cipher = decoder.string().ok_or(SshKeyProblem::Truncated)?;
    decoder.string().ok_or(SshKeyProblem::Truncated)?;
    decoder.string().ok_or(SshKeyProblem::Truncated)?;
    match decoder.number() {
        Some(1) => {}
        Some(0) => return Err(SshKeyProblem::Damaged),
        Some(_) => return Err(SshKeyProblem::TwoKeys),
        None => return Err(SshKeyProblem::Truncated),
    }
    let public = decoder.string().ok_or(SshKeyProblem::Truncated)?;
    match public.get(4..) {
        Some(rest) if rest.starts_with(b"ssh-dss") => return Err(SshKeyProblem::Dsa),
        Some(rest) if rest.starts_with(b"sk-") => return Err(SshKeyProblem::HardwareKey),
        _ => {}
    }
    // The private part is not parsed, only checked to be complete and the last.
    let length = decoder.number().ok_or(SshKeyProblem::Truncated)?;
    for _ in 0..length {
        decoder.next().ok_or(SshKeyProblem::Truncated)?;
    }
    match (cipher.as_slice(), decoder.next()) {
        (b"none", None) => Ok(()),
        (b"none", Some(_)) => Err(SshKeyProblem::Longer),
        // Some ciphers add a tag, which comes last.
        (cipher, _) if OPENSSH_CIPHERS.contains(&cipher) => Err(SshKeyProblem::Passphrase),
        _ => Err(SshKeyProblem::UnknownCipher),
    }
}

/// Checks the length that a DER sequence (X.690, 8.9) names.
fn check_der(decoder: &mut Decoder, bytes: usize) -> Result<(), SshKeyProblem> {
    if decoder.next() != Some(0x30) {
        return Err(SshKeyProblem::OtherForm);
    }
    let first = usize::from(decoder.next().ok_or(SshKeyProblem::Truncated)?);
    let (mut length, mut head) = (first, 2);
    if first >= 0x80 {
        length = 0;
        for _ in 0..(first & 0x7f).min(4) {
            length = length << 8 | usize::from(decoder.next().ok_or(SshKeyProblem::Truncated)?);
            head += 1;
        }
    }
    // Bytes after it are not part of the key, and OpenSSL ignores them.
    if bytes < length + head { Err(SshKeyProblem::Truncated) } else { Ok(()) }
}

/// A decoder of base64 as a stream of bytes, so that no second copy of a key is made.
struct Decoder<'a> {
    digits: std::str::Bytes<'a>,
    bits: u32,
    held: u32,
}

impl<'a> Decoder<'a> {
    fn new(text: &'a str) -> Self {
        Self { digits: text.bytes(), bits: 0, held: 0 }
    }

    fn number(&mut self) -> Option<u32> {
        let bytes = [self.next()?, self.next()?, self.next()?, self.next()?];
        Some(u32::from_be_bytes(bytes))
    }

    /// Reads a public part; a length that no such part has is damage.
    fn string(&mut self) -> Option<Vec<u8>> {
        let length = self.number().filter(|length| *length < 16 * 1024)?;
        (0..length).map(|_| self.next()).collect()
    }
}

impl Iterator for Decoder<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while self.bits < 8 {
            let value = match self.digits.next()? {
                byte @ b'A'..=b'Z' => byte - b'A',
                byte @ b'a'..=b'z' => byte - b'a' + 26,
                byte @ b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => continue,
            };
            self.held = self.held << 6 | u32::from(value);
            self.bits += 6;
        }
        self.bits -= 8;
        let byte = self.held >> self.bits & 0xff;
        self.held &= (1 << self.bits) - 1;
        u8::try_from(byte).ok()
    }
}

#[cfg(test)]
mod tests;
