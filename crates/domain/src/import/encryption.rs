//! The kinds of encryption of files.

coded_enum! {
    /// A kind of encryption of files that cannot be read here.
    pub enum Encryption: code, message {
        /// SOPS, as used by Flux and in many Git repositories.
        Sops = "sops", "This is encrypted with SOPS. Decrypt it with sops decrypt FILE, and import the output.";
        /// A `SealedSecret`, which only one cluster's controller can open.
        SealedSecret = "sealed-secret", "This is a SealedSecret, which only its cluster can open. Import the Secret that the cluster creates from it: kubectl get secret NAME -o yaml.";
        /// Ansible Vault.
        AnsibleVault = "ansible-vault", "This is encrypted with Ansible Vault. Decrypt it with ansible-vault view FILE, and import the output.";
        /// age.
        Age = "age", "This is encrypted with age. Decrypt it with age --decrypt, and import the output.";
        /// `OpenPGP`.
        Pgp = "pgp", "This is encrypted with OpenPGP. Decrypt it with gpg --decrypt, and import the output.";
    }
}
