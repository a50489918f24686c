//! Writes credentials in the formats that consumers read.

mod docker_config;
mod json;
mod manifest;

pub use docker_config::docker_config_json;
pub use json::Exported;
pub(crate) use json::text as json_text;
pub use manifest::{ManifestFormat, joined, manifest};

use domain::{
    secret::{Credential, ExportFormat},
    sensitive::Sensitive,
};
use json::object;

/// A credential, with what belongs to it for its consumer.
#[derive(Debug)]
pub struct ExportSource<'a> {
    /// The credential itself.
    pub credential: &'a Credential,
    /// The trusted host keys, as a `known_hosts` file.
    pub known_hosts: &'a str,
    /// The public key as a line of `authorized_keys`; `None` if the key was never parsed.
    pub public_key: Option<&'a str>,
    /// The address of the repository, for Argo CD.
    pub url: Option<&'a str>,
}

/// Returns the credential in this shape; `None` if the shape is for another type of secret, or needs an
/// address that is missing (Argo CD).
pub fn exported(source: &ExportSource<'_>, shape: ExportFormat) -> Option<Exported> {
    let ExportSource { credential, known_hosts, public_key, url } = source;
    let known_hosts = |entries: &mut Exported| {
        if !known_hosts.is_empty() {
            entries.push(("known_hosts", Sensitive::new(with_line_end(known_hosts))));
        }
    };
    let public = |entries: &mut Exported, key| {
        if let Some(line) = public_key {
            entries.push((key, Sensitive::new(with_line_end(line))));
        }
    };
    let mut entries = Exported::new();
    match (credential, shape) {
        (Credential::GitDataset { private_key }, _) => {
            let key = private_key.value();
            match shape {
                ExportFormat::GitSync => {
                    entries.push(("ssh", key.clone()));
                    known_hosts(&mut entries);
                }
                ExportFormat::SshAuth => entries.push(("ssh-privatekey", key.clone())),
                ExportFormat::Rancher => {
                    public(&mut entries, "ssh-publickey");
                    entries.push(("ssh-privatekey", key.clone()));
                    known_hosts(&mut entries);
                }
                ExportFormat::Flux => {
                    entries.push(("identity", key.clone()));
                    public(&mut entries, "identity.pub");
                    known_hosts(&mut entries);
                }
                ExportFormat::ArgoCd => {
                    entries.push(("url", Sensitive::new((*url)?)));
                    entries.push(("type", Sensitive::new("git")));
                    entries.push(("sshPrivateKey", key.clone()));
                }
                ExportFormat::Raw => entries.push(("value", key.clone())),
                ExportFormat::DockerConfigJson
                | ExportFormat::UsernamePassword
                | ExportFormat::ImageUpdater => return None,
            }
        }
        (Credential::ImagePull { host, username, password }, ExportFormat::DockerConfigJson) => {
            entries.push((".dockerconfigjson", docker_config_json(host, username, password)));
        }
        (Credential::ImagePull { username, password, .. }, ExportFormat::UsernamePassword) => {
            entries.push(("username", Sensitive::new(username.as_str())));
            entries.push(("password", password.value().clone()));
        }
        (Credential::ImagePull { username, password, .. }, ExportFormat::ImageUpdater) => {
            let pair = format!("{}:{}", username.as_str(), password.value().expose());
            entries.push(("credentials", Sensitive::new(pair)));
        }
        (Credential::ImagePull { password, .. }, ExportFormat::Raw) => {
            entries.push(("value", password.value().clone()));
        }
        (Credential::ImagePull { .. }, _) => return None,
    }
    Some(entries)
}

/// Ends a text in a line feed, because OpenSSH does not read a last line without one.
fn with_line_end(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Returns the entries as one flat JSON object of strings.
pub fn flat_json(exported: &Exported) -> Sensitive {
    object(exported.iter().map(|(key, value)| (*key, value)))
}

#[cfg(test)]
mod tests;
