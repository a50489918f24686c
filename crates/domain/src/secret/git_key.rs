//! The text of an SSH private key.

use crate::sensitive::Sensitive;

/// A private key as OpenSSH reads it: LF line ends, one final newline, no byte-order mark, no indentation, and
/// nothing around the armour (RFC 7468). What is inside the armour is checked for damage, not understood.
#[derive(Clone, Debug)]
pub struct PrivateKeyText(Sensitive);

/// Why a text is not taken as a private key.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// Nothing was pasted.
    Missing,
    /// More than 64 KiB.
    TooLong,
    /// A NUL or another character that no key has: a binary file.
    Binary,
    /// The public half.
    PublicKey,
    /// A certificate or a request for one.
    Certificate,
    /// More than one key.
    TwoKeys,
    /// The line breaks were lost.
    OneLine,
    /// The line breaks are written as `\n`.
    WrittenNewlines,
    /// The end is missing.
    Truncated,
    /// The armour does not hold what it says.
    Damaged,
    /// There is something before or after the key.
    Surrounded,
    /// DSA, which OpenSSH no longer takes.
    Dsa,
    /// Protected by a passphrase.
    Passphrase,
    /// `PuTTY`'s own form.
    Putty,
    /// Ed25519 in PKCS#8, which OpenSSH does not read.
    Pkcs8Ed25519,
    /// Nothing that looks like a key.
    NotAKey,
}

/// The armours that OpenSSH reads, by their labels.
const LABELS: [&str; 4] = ["OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"];

/// The algorithm identifier of Ed25519 (RFC 8410), as it stands in PKCS#8.
const ED25519_OID: [u8; 5] = [0x06, 0x03, 0x2b, 0x65, 0x70];

impl PrivateKeyText {
    /// The longest text, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Reads what was pasted, and puts right what does not change the key.
    pub fn parse(pasted: &Sensitive) -> Result<Self, KeyProblem> {
        let text = pasted.expose();
        if text.len() > Self::MAX_BYTES {
            return Err(KeyProblem::TooLong);
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(KeyProblem::Missing);
        }
        if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(KeyProblem::Binary);
        }
        // A new text of one piece: it is overwritten when dropped, as lines in a list would not be.
        let mut clean = String::with_capacity(text.len() + 1);
        for line in text.split(['\n', '\r']).map(str::trim) {
            // The blank line after the headers of an old PEM file is kept, those that CR LF leaves are not.
            if !line.is_empty() || clean.ends_with(|c: char| c != '\n') {
                clean.push_str(line);
                clean.push('\n');
            }
        }
        let clean = Sensitive::new(clean);
        check(clean.expose())?;
        Ok(Self(clean))
    }

    /// The value.
    pub fn value(&self) -> &Sensitive {
        &self.0
    }
}

fn check(text: &str) -> Result<(), KeyProblem> {
    // A fence of fewer than five hyphens, as RFC 4716 has it, tells a public key.
    if text.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        return Err(KeyProblem::PublicKey);
    }
    if text.starts_with("PuTTY-User-Key-File-") {
        return Err(KeyProblem::Putty);
    }
    let Some(start) = text.find("-----BEGIN ") else {
        return Err(without_armour(text));
    };
    let label = text[start + 11..].split("-----").next().unwrap_or_default();
    if label.contains("PUBLIC KEY") {
        return Err(KeyProblem::PublicKey);
    }
    if label.contains("CERTIFICATE") {
        return Err(KeyProblem::Certificate);
    }
    if text.contains("\\n") {
        return Err(KeyProblem::WrittenNewlines);
    }
    if text.matches("-----BEGIN ").count() > 1 {
        return Err(KeyProblem::TwoKeys);
    }
    if start > 0 {
        return Err(KeyProblem::Surrounded);
    }
    match label {
        "DSA PRIVATE KEY" => return Err(KeyProblem::Dsa),
        "ENCRYPTED PRIVATE KEY" => return Err(KeyProblem::Passphrase),
        label if LABELS.contains(&label) => {}
        _ => return Err(KeyProblem::NotAKey),
    }
    let Some(end) = text.find("-----END ") else {
        return Err(KeyProblem::Truncated);
    };
    let begin_line = 11 + label.len() + 5;
    let (body, last) = text.split_at(end);
    let Some(body) = body.get(begin_line..) else {
        return Err(KeyProblem::Damaged);
    };
    if !body.starts_with('\n') || (!body.ends_with('\n') && !body.trim().is_empty()) {
        return Err(KeyProblem::OneLine);
    }
    let Some(after) = last.strip_prefix("-----END ").and_then(|last| last.strip_prefix(label)) else {
        return Err(KeyProblem::Damaged);
    };
    match after.strip_prefix("-----") {
        Some("\n") => {}
        Some(_) => return Err(KeyProblem::Surrounded),
        None => return Err(KeyProblem::Truncated),
    }
    check_body(label, body)
}

/// What it is that has no armour.
fn without_armour(text: &str) -> KeyProblem {
    let kind = text
        .split_whitespace()
        .find(|word| word.contains("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-"));
    match kind {
        Some(word) if word.contains("-cert-v01@") => KeyProblem::Certificate,
        Some(word) if word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-") => {
            KeyProblem::PublicKey
        }
        _ if text.contains("-----END ") && text.contains("PRIVATE KEY-----") => KeyProblem::Truncated,
        _ => KeyProblem::NotAKey,
    }
}

/// The base64 between the fences, and the little of its content that tells a damaged or protected key.
fn check_body(label: &str, body: &str) -> Result<(), KeyProblem> {
    // Headers as in RFC 1421, before a blank line, are how old PEM files say that they are protected.
    if body.contains("Proc-Type:") && body.contains("ENCRYPTED") {
        return Err(KeyProblem::Passphrase);
    }
    let lines = || body.lines().filter(|line| !line.is_empty());
    let mut longest_shorter = false;
    let width = lines().next().map_or(0, str::len);
    let mut digits = 0;
    let mut padding = 0;
    for line in lines() {
        // Only the last line may be shorter than the first, and none longer: otherwise something was cut out.
        if longest_shorter || line.len() > width {
            return Err(KeyProblem::Damaged);
        }
        longest_shorter = line.len() < width;
        for byte in line.bytes() {
            match byte {
                b'=' => padding += 1,
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
                _ => return Err(KeyProblem::Damaged),
            }
        }
    }
    if padding > 2 || (digits + padding) % 4 != 0 {
        return Err(KeyProblem::Damaged);
    }
    let bytes = digits * 3 / 4;
    // The shortest private key there is, an Ed25519 one in PKCS#8, has 48 bytes.
    if bytes < 48 {
        return Err(KeyProblem::Truncated);
    }
    let mut decoder = Decoder::new(body);
    if label == "OPENSSH PRIVATE KEY" {
        check_openssh(&mut decoder)
    } else if label == "PRIVATE KEY" && Decoder::new(body).skip(7).take(5).eq(ED25519_OID) {
        Err(KeyProblem::Pkcs8Ed25519)
    } else {
        check_der(&mut decoder, bytes)
    }
}

/// PROTOCOL.key of OpenSSH: magic, cipher, kdf, kdf options, number of keys, public key, private part.
fn check_openssh(decoder: &mut Decoder) -> Result<(), KeyProblem> {
    for &expected in b"openssh-key-v1\0" {
        if decoder.next() != Some(expected) {
            return Err(KeyProblem::Damaged);
        }
    }
    let cipher = decoder.string().ok_or(KeyProblem::Truncated)?;
    decoder.string().ok_or(KeyProblem::Truncated)?;
    decoder.string().ok_or(KeyProblem::Truncated)?;
    if cipher != b"none" {
        return Err(KeyProblem::Passphrase);
    }
    match decoder.number() {
        Some(1) => {}
        Some(0) => return Err(KeyProblem::Damaged),
        Some(_) => return Err(KeyProblem::TwoKeys),
        None => return Err(KeyProblem::Truncated),
    }
    let public = decoder.string().ok_or(KeyProblem::Truncated)?;
    if public.get(4..).is_some_and(|rest| rest.starts_with(b"ssh-dss")) {
        return Err(KeyProblem::Dsa);
    }
    // Its own bytes are not looked at: only whether they are all there, and nothing after them.
    let length = decoder.number().ok_or(KeyProblem::Truncated)?;
    for _ in 0..length {
        decoder.next().ok_or(KeyProblem::Truncated)?;
    }
    if decoder.next().is_some() { Err(KeyProblem::Damaged) } else { Ok(()) }
}

/// A DER sequence (X.690, 8.9) that says how long it is.
fn check_der(decoder: &mut Decoder, bytes: usize) -> Result<(), KeyProblem> {
    if decoder.next() != Some(0x30) {
        return Err(KeyProblem::Damaged);
    }
    let first = usize::from(decoder.next().ok_or(KeyProblem::Truncated)?);
    let (mut length, mut head) = (first, 2);
    if first >= 0x80 {
        length = 0;
        for _ in 0..(first & 0x7f).min(4) {
            length = length << 8 | usize::from(decoder.next().ok_or(KeyProblem::Truncated)?);
            head += 1;
        }
    }
    match bytes.cmp(&(length + head)) {
        std::cmp::Ordering::Less => Err(KeyProblem::Truncated),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(KeyProblem::Damaged),
    }
}

/// Base64 as a stream of bytes, so that no second copy of a key is made.
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

    /// A public part; a length that no such part has is damage.
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

impl KeyProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 16] = [
        Self::Missing,
        Self::TooLong,
        Self::Binary,
        Self::PublicKey,
        Self::Certificate,
        Self::TwoKeys,
        Self::OneLine,
        Self::WrittenNewlines,
        Self::Truncated,
        Self::Damaged,
        Self::Surrounded,
        Self::Dsa,
        Self::Passphrase,
        Self::Putty,
        Self::Pkcs8Ed25519,
        Self::NotAKey,
    ];

    /// What is wrong, and what to do.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Paste the private key, or choose its file.",
            Self::TooLong => "This text is longer than 64 KiB, which no private key is. Choose the key's own file.",
            Self::Binary => "This is not a text. Choose the file of the private key in OpenSSH or PEM form.",
            Self::PublicKey => "This is the public half of a key pair. Paste the private key: the file without .pub.",
            Self::Certificate => "This is a certificate. Paste the private key that belongs to it.",
            Self::TwoKeys => "There is more than one key here. Paste one; each secret holds one key.",
            Self::OneLine => "The line breaks of this key were lost. Paste it from the file itself, with each line on a line of its own.",
            Self::WrittenNewlines => "The line breaks of this key are written as \\n. Paste it from the file itself, with real line breaks.",
            Self::Truncated => "A part of this key is missing. Paste all of it, from the BEGIN line to the END line.",
            Self::Damaged => "This key is damaged: what stands between the BEGIN and END lines is not a whole key. Copy it anew.",
            Self::Surrounded => "There is something before or after the key. Paste the key alone, from the BEGIN line to the END line.",
            Self::Dsa => "This is a DSA key, which servers no longer accept. Make an Ed25519 key: ssh-keygen -t ed25519.",
            Self::Passphrase => "This key is protected by a passphrase, which nobody could enter when a repository is pulled. Make a copy without one: ssh-keygen -p -N \"\" -f <copy of the file>.",
            Self::Putty => "This key is in PuTTY's form. Save it in OpenSSH's: in PuTTYgen, Conversions, Export OpenSSH key.",
            Self::Pkcs8Ed25519 => "This is an Ed25519 key in PKCS#8 form, which OpenSSH cannot read. Save it in OpenSSH's form, or make a new one: ssh-keygen -t ed25519.",
            Self::NotAKey => "This is not a private key. It begins with a line such as -----BEGIN OPENSSH PRIVATE KEY-----.",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests;
