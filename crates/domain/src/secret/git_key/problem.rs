//! Problems with a text that was pasted as a private key.

coded_enum! {
    /// The reason why a text is rejected as a private key.
    pub enum SshKeyProblem: code, message {
        /// Nothing was pasted.
        Missing = "missing", "Enter the private key.";
        /// The text is longer than 64 KiB.
        TooLong = "too-long", "This text is longer than 64 KiB, which no private key is. Paste only the contents of the key file.";
        /// The text has a NUL or another character that no key has: a binary file.
        Binary = "binary", "This is not a text. Enter the private key in OpenSSH, PEM or PuTTY form.";
        /// The text is the public half.
        PublicKey = "public-key", "This is the public key. Paste the private key: the file without .pub.";
        /// The text is a certificate, or a request for one.
        Certificate = "certificate", "This is a certificate. Paste the private key that belongs to it.";
        /// There is more than one key.
        TwoKeys = "two-keys", "There is more than one key here. Paste one; each secret holds one key.";
        /// The line breaks were lost.
        OneLine = "one-line", "The line breaks of this key were lost. Paste it from the file itself, with each line on a line of its own.";
        /// The line breaks are written as `\n`.
        WrittenNewlines = "written-newlines", "The line breaks of this key are written as \\n. Paste it from the file itself, with real line breaks.";
        /// The end is missing.
        Truncated = "truncated", "A part of this key is missing. Paste all of it, from the first line to the last.";
        /// The contents do not match the armour, or the halves of the key do not belong together.
        Damaged = "damaged", "This key is damaged: there is no complete key between its first and last line. Copy it again.";
        /// There is something before or after the key.
        Surrounded = "surrounded", "There is something before or after the key. Paste the key alone, from its first line to its last.";
        /// The key is DSA, which OpenSSH no longer accepts.
        Dsa = "dsa", "This is a DSA key, which servers no longer accept. Generate an Ed25519 key instead.";
        /// The key is protected by a passphrase, and none was given.
        Passphrase = "passphrase", "This key has a passphrase. Enter it; Latchkey stores the key without it, encrypted.";
        /// The key is protected by another passphrase than the given one.
        WrongPassphrase = "wrong-passphrase", "This is not the passphrase of the key. Enter it again.";
        /// Trying the passphrase would take more time or memory than a server may spend on one form.
        TooProtected = "too-protected", "Its passphrase takes too much time or memory to try. Make a copy without one: ssh-keygen -p -N \"\" -f COPY; of a PuTTY file, with PuTTYgen.";
        /// The key is protected in an unknown way.
        UnknownProtection = "unknown-protection", "This key is protected in a way that Latchkey can't read. Make a copy without a passphrase: openssl pkey -provider legacy -provider default -in KEY -out COPY.";
        /// The key is in `PuTTY`'s first form, which it has not written since 2002.
        OldPutty = "old-putty", "This is PuTTY's oldest form. Load it in PuTTYgen and save it again.";
        /// The key is RSA with fewer than 2048 bits.
        ShortRsa = "short-rsa", "This RSA key has fewer than 2048 bits, which isn't safe, and many hosts refuse it. Generate a new key instead.";
        /// The key is in a hardware token, which must be touched.
        HardwareKey = "hardware-key", "This key needs a hardware token, so it can't be used unattended. Generate a key without one.";
        /// OpenSSH does not support the algorithm or the curve.
        Unsupported = "unsupported", "Git servers don't accept this key type. Use Ed25519, RSA or ECDSA on P-256, P-384 or P-521.";
        /// The text does not look like a key.
        NotAKey = "not-a-key", "This is not a private key. It begins with a line such as -----BEGIN OPENSSH PRIVATE KEY-----.";
        /// The whole key is in base64, as in a Kubernetes Secret.
        Base64 = "base64", "This is the key in base64, as in a Kubernetes Secret. Decode it: base64 -d.";
        /// A word processor has turned hyphens into dashes.
        SmartDashes = "smart-dashes", "The hyphens around this key became dashes. Copy it from the file itself.";
        /// The key is in the form of ssh.com and Tectia.
        SshCom = "ssh-com", "This is a key in ssh.com's form. Convert it: puttygen KEY -O private-openssh -o COPY.";
        /// The RSA primes have different lengths.
        UnevenPrimes = "uneven-primes", "The primes of this RSA key differ in length, which is not supported. Generate a new key.";
        /// Parsing the key failed for a reason of ours.
        ReaderFailed = "reader-failed", "The portal failed on this key, which may be sound. Use another, and tell whoever runs the portal.";
        /// There is a character within the armour that is not base64.
        StrayCharacter = "stray-character", "This key is damaged: there is a character between its first and last line that belongs to no key. Copy it again.";
        /// The base64 has an impossible length.
        UnevenBase64 = "uneven-base64", "This key is damaged: characters are missing in its base64, or there are too many. Copy it again.";
        /// There are more bytes than the key says.
        Longer = "longer", "This key is damaged: it is longer than it says. Something was put into it or behind it. Copy it again.";
        /// The first line names another form than that of the contents.
        OtherForm = "other-form", "This key is damaged, or has the first and last line of another: what is between them is in another form than they say. Copy it again.";
        /// The public half belongs to another key.
        HalvesDiffer = "halves-differ", "This key is damaged: its public half is not that of its private half. Copy it again.";
        /// The modulus is not the product of the primes.
        RsaPrimes = "rsa-primes", "This RSA key is damaged: its modulus is not the product of its primes. Copy it again.";
        /// The two exponents do not belong together.
        RsaExponents = "rsa-exponents", "This RSA key is damaged: its private exponent does not fit its public one. Copy it again.";
        /// The public exponent of the RSA key is too large for the library.
        LargeExponent = "large-exponent", "The public exponent of this RSA key is too large. Generate a new key.";
        /// The two check numbers of OpenSSH's form differ, in a key without a passphrase.
        CheckNumbers = "check-numbers", "This key is damaged: the two check numbers in its private part differ. Copy it again.";
        /// The padding of OpenSSH's form does not count up.
        Padding = "padding", "This key is damaged at its end: its last block is not filled up as OpenSSH does it. Copy it again.";
        /// The checksum of a `PuTTY` file does not match its contents.
        Checksum = "checksum", "This PuTTY file is damaged or was edited: its checksum (Private-MAC) doesn't match its contents. Copy the file again, as PuTTYgen saved it.";
        /// The key is in OpenSSH's own form, encrypted with a cipher that today's OpenSSH does not support either.
        UnknownCipher = "unknown-cipher", "This key is encrypted with a cipher that neither the portal nor OpenSSH since 7.6 reads, such as Blowfish. Where you have an older OpenSSH, make a copy without a passphrase: ssh-keygen -p -N \"\" -f COPY. Otherwise generate a new key.";
    }
}

impl SshKeyProblem {
    /// Returns whether the problem is the passphrase, and not the key.
    pub fn is_about_passphrase(self) -> bool {
        matches!(self, Self::Passphrase | Self::WrongPassphrase)
    }

    /// Returns whether the text is not a key of any form: after decryption with a wrong passphrase, any key looks like that.
    /// Numbers that do not belong together are no coincidence, and no other passphrase will change them.
    pub fn is_no_form(self) -> bool {
        matches!(self, Self::Damaged | Self::OtherForm | Self::Longer)
    }
}
