//! What is wrong with a text that was pasted as a private key.

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
}

impl KeyProblem {
    /// All of them; the place in here is the code that travels.
    pub const ALL: [Self; 26] = [
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
    ];

    /// Whether it is the passphrase that needs another look, and not the key.
    pub fn is_about_passphrase(self) -> bool {
        matches!(self, Self::Passphrase | Self::WrongPassphrase)
    }

    /// What is wrong, and what to do.
    pub fn message(self) -> String {
        self.words().to_owned()
    }

    /// The same, for where it stands for good.
    pub fn words(self) -> &'static str {
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
        }
    }
}
