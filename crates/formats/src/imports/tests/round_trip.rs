//! Everything that the portal exports can be imported: in every format, as YAML and as JSON.

use super::*;
use crate::export::{ExportSource, ManifestFormat, exported, joined, manifest};
use domain::secret::{
    Credential, ExportFormat, Namespace, Password, PrivateKeyText, RegistryHost, SecretId, SecretKind,
    Username,
};

const HOSTS: &str =
    "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n";
const URL: &str = "ssh://git@git.example:2222/group/data.git";

fn dataset() -> Credential {
    Credential::GitDataset { private_key: PrivateKeyText::parse(&Sensitive::new(KEY)).unwrap() }
}

fn account() -> Credential {
    Credential::ImagePull {
        host: RegistryHost::parse("quay.io/team").unwrap().host,
        username: Username::parse("robot$a").unwrap(),
        password: Password::parse(Sensitive::new("p:w\"\\🔑")).unwrap(),
    }
}

#[test]
fn read_finds_the_credential_in_every_export_format() {
    for shape in ExportFormat::ALL {
        for (credential, name) in [(dataset(), "gitsync-secret-data"), (account(), "image-hub")] {
            if !shape.fits(credential.kind()) {
                continue;
            }
            let source = ExportSource {
                credential: &credential,
                known_hosts: HOSTS,
                public_key: Some("ssh-ed25519 AAAA"),
                url: Some(URL),
            };
            let exported = exported(&source, shape).unwrap();
            let id = SecretId::parse(name).unwrap();
            if shape == ExportFormat::ImageUpdater {
                // A single text of an account without its registry cannot be recognized.
                continue;
            }
            let namespace = Namespace::parse("ci");
            for format in ManifestFormat::ALL {
                let Some(made) = manifest(&id, shape, &exported, namespace.as_ref(), format) else {
                    assert_eq!(shape, ExportFormat::Raw, "every other one is a Secret");
                    continue;
                };
                // As one of several, too.
                for text in [
                    made.expose().to_owned(),
                    joined(std::slice::from_ref(&made), format).expose().to_owned(),
                ] {
                    let entries = found(&text);
                    let [entry] = &*entries else { panic!("{shape:?} {text}") };
                    check(entry, shape, &exported);
                }
            }
        }
    }
}

fn check(entry: &Found, shape: ExportFormat, exported: &crate::export::Exported) {
    let has = |key: &str| exported.iter().any(|(name, _)| *name == key);
    assert_eq!(
        entry.places,
        [if entry.kind == SecretKind::GitDataset { "ci/gitsync-secret-data" } else { "ci/image-hub" }]
    );
    match shape {
        // The format does not name the registry, and a note says so.
        ExportFormat::UsernamePassword => assert_eq!(told(entry), row("", "", "", "no-host")),
        ExportFormat::DockerConfigJson => {
            assert_eq!(told(entry), row("quay.io/team", "robot$a", "p:w\"\\🔑", "path-scoped"));
            assert_eq!(entry.suggested, "hub");
        }
        _ => {
            assert_eq!(entry.value.as_ref().unwrap().expose(), KEY, "{shape:?}");
            assert_eq!(entry.suggested, "data");
            assert_eq!(&*entry.known_hosts, if has("known_hosts") { HOSTS } else { "" }, "{shape:?}");
            assert_eq!(entry.repository.as_deref(), has("url").then_some(URL), "{shape:?}");
            assert!(entry.notes.is_empty(), "{shape:?}");
        }
    }
}
