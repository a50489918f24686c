//! Problems with a text that was pasted as a private key.

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
    /// The armour does not hold what it says, or the halves of the key do not belong together.
    Damaged,
    /// There is something before or after the key.
    Surrounded,
    /// DSA, which OpenSSH no longer takes.
    Dsa,
    /// Protected by a passphrase, and none was given.
    Passphrase,
    /// Protected by another passphrase than the one that was given.
    WrongPassphrase,
    /// Trying the passphrase would take more time or memory than a server may spend on one form.
    TooProtected,
    /// Protected in a way that is not known here.
    UnknownProtection,
    /// `PuTTY`'s first form, which it has not written since 2002.
    OldPutty,
    /// RSA of fewer than 2048 bits.
    ShortRsa,
    /// The key is in a hardware token, which has to be touched.
    HardwareKey,
    /// An algorithm or a curve that OpenSSH does not use.
    Unsupported,
    /// Nothing that looks like a key.
    NotAKey,
    /// The whole key in base64, as it stands in a Kubernetes Secret.
    Base64,
    /// Hyphens that a word processor made dashes of.
    SmartDashes,
    /// The form of ssh.com and Tectia.
    SshCom,
    /// RSA whose primes are of different length.
    UnevenPrimes,
    /// Reading it failed in a way that is not its fault.
    ReaderFailed,
    /// A character within the armour that no base64 has.
    StrayCharacter,
    /// Base64 of a length that none has.
    UnevenBase64,
    /// More bytes than the key says that it has.
    Longer,
    /// The first line names another form than follows.
    OtherForm,
    /// The public half is that of another key.
    HalvesDiffer,
    /// The modulus is not the product of the primes.
    RsaPrimes,
    /// The two exponents do not belong together.
    RsaExponents,
    /// An RSA key whose public exponent is too large for the library.
    LargeExponent,
    /// The two check numbers of OpenSSH's form differ, of a key without a passphrase.
    CheckNumbers,
    /// Padding of OpenSSH's form that does not count up.
    Padding,
    /// The checksum of a `PuTTY` file is not that of what stands in it.
    Checksum,
    /// OpenSSH's own form, encrypted with a cipher that today's OpenSSH does not have either.
    UnknownCipher,
}

impl KeyProblem {
    /// Every variant; its place in here is the code that is sent.
    pub const ALL: [Self; 38] = [
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
        Self::WrongPassphrase,
        Self::TooProtected,
        Self::UnknownProtection,
        Self::OldPutty,
        Self::ShortRsa,
        Self::HardwareKey,
        Self::Unsupported,
        Self::NotAKey,
        Self::Base64,
        Self::SmartDashes,
        Self::SshCom,
        Self::UnevenPrimes,
        Self::ReaderFailed,
        Self::StrayCharacter,
        Self::UnevenBase64,
        Self::Longer,
        Self::OtherForm,
        Self::HalvesDiffer,
        Self::RsaPrimes,
        Self::RsaExponents,
        Self::LargeExponent,
        Self::CheckNumbers,
        Self::Padding,
        Self::Checksum,
        Self::UnknownCipher,
    ];

    /// Returns whether the problem is the passphrase, and not the key.
    pub fn is_about_passphrase(self) -> bool {
        matches!(self, Self::Passphrase | Self::WrongPassphrase)
    }

    /// Returns whether the text is not a key of any form: opened with a wrong passphrase, any key looks like that. Numbers that do
    /// not belong together are no chance's work, and no other passphrase will change them.
    pub fn is_no_form(self) -> bool {
        matches!(self, Self::Damaged | Self::OtherForm | Self::Longer)
    }

    /// Returns what is wrong and what to do.
    #[expect(clippy::too_many_lines, reason = "a table: a sentence for each problem")]
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "Enter the private key.",
            Self::TooLong => {
                "This text is longer than 64 KiB, which no private key is. Enter the key's own file alone."
            }
            Self::Binary => "This is not a text. Enter the private key in OpenSSH, PEM or PuTTY form.",
            Self::PublicKey => "This is the public half. Paste the private key: the file without .pub.",
            Self::Certificate => "This is a certificate. Paste the private key that belongs to it.",
            Self::TwoKeys => "There is more than one key here. Paste one; each secret holds one key.",
            Self::OneLine => {
                "The line breaks of this key were lost. Paste it from the file itself, with each line on a line of its own."
            }
            Self::WrittenNewlines => {
                "The line breaks of this key are written as \\n. Paste it from the file itself, with real line breaks."
            }
            Self::Truncated => {
                "A part of this key is missing. Paste all of it, from the first line to the last."
            }
            Self::Damaged => {
                "This key is damaged: what stands between its first and last line is not a whole key. Copy it anew."
            }
            Self::Surrounded => {
                "There is something before or after the key. Paste the key alone, from its first line to its last."
            }
            Self::Dsa => {
                "This is a DSA key, which servers no longer accept. Generate an Ed25519 key instead."
            }
            Self::Passphrase => {
                "This key is protected by a passphrase. Enter it, and the key is stored without it, sealed by the portal."
            }
            Self::WrongPassphrase => "This is not the passphrase of the key. Enter it again.",
            Self::TooProtected => {
                "Its passphrase takes too much time or memory to try. Make a copy without one: ssh-keygen -p -N \"\" -f <copy of the file>; of a PuTTY file, with PuTTYgen."
            }
            Self::UnknownProtection => {
                "This key is protected in a way that is not read here. Make a copy without a passphrase: openssl pkey -provider legacy -provider default -in KEY -out COPY."
            }
            Self::OldPutty => "This is PuTTY's oldest form. Load it in PuTTYgen and save it anew.",
            Self::ShortRsa => {
                "This RSA key has fewer than 2048 bits, which is too few to be safe, and many hosts refuse it. Generate a new key instead."
            }
            Self::HardwareKey => {
                "This key needs a hardware token to be touched, which nobody could do when a repository is pulled. Generate a key without one."
            }
            Self::Unsupported => {
                "This sort of key is not one that Git servers take. Use Ed25519, RSA or ECDSA on P-256, P-384 or P-521."
            }
            Self::NotAKey => {
                "This is not a private key. It begins with a line such as -----BEGIN OPENSSH PRIVATE KEY-----."
            }
            Self::Base64 => "This is the key in base64, as in a Kubernetes Secret. Decode it: base64 -d.",
            Self::SmartDashes => "The hyphens around this key became dashes. Copy it from the file itself.",
            Self::SshCom => {
                "This is a key in ssh.com's form. Convert it: puttygen KEY -O private-openssh -o COPY."
            }
            Self::UnevenPrimes => {
                "The primes of this RSA key differ in length, which is not supported. Generate a new key."
            }
            Self::ReaderFailed => {
                "The portal failed on this key, which may be sound. Use another, and tell whoever runs the portal."
            }
            Self::StrayCharacter => {
                "This key is damaged: a character stands between its first and last line that belongs to no key. Copy it anew."
            }
            Self::UnevenBase64 => {
                "This key is damaged: characters are missing in its base64, or there are too many. Copy it anew."
            }
            Self::Longer => {
                "This key is damaged: there is more of it than it says itself. Something was put into it or behind it. Copy it anew."
            }
            Self::OtherForm => {
                "This key is damaged, or has the first and last line of another: what stands between them is in another form than they say. Copy it anew."
            }
            Self::HalvesDiffer => {
                "This key is damaged: its public half is not that of its private half. Copy it anew."
            }
            Self::RsaPrimes => {
                "This RSA key is damaged: its modulus is not the product of its primes. Copy it anew."
            }
            Self::RsaExponents => {
                "This RSA key is damaged: its private exponent does not fit its public one. Copy it anew."
            }
            Self::LargeExponent => {
                "The public exponent of this RSA key is larger than is read here. Generate a new key."
            }
            Self::CheckNumbers => {
                "This key is damaged: the two check numbers in its private part differ. Copy it anew."
            }
            Self::Padding => {
                "This key is damaged at its end: what fills up its last block is not what OpenSSH writes. Copy it anew."
            }
            Self::Checksum => {
                "This PuTTY file is damaged or was edited: its checksum (Private-MAC) is not that of what stands in it. Copy the file anew, as PuTTYgen saved it."
            }
            Self::UnknownCipher => {
                "This key is encrypted with a cipher that neither the portal nor OpenSSH since 7.6 reads, such as Blowfish. Where an older OpenSSH is, make a copy without a passphrase: ssh-keygen -p -N \"\" -f COPY. Else generate a new key."
            }
        }
    }
}
