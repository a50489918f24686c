//! `latchkey docker-credential …`, the protocol of Docker's credential helpers
//! (<https://github.com/docker/docker-credential-helpers>). Docker, Podman, Skopeo and their like run
//! `docker-credential-latchkey` where their config says `"credsStore": "latchkey"`.

use crate::{
    args::{DockerCredentialArgs, DockerCredentialCommand},
    failure::{Failure, Outcome},
    http::{Api, parse},
    output::print,
    secrets::{row, rows},
};
use api_types::SecretRow;
use domain::{
    page::ListQuery,
    secret::{NormalizedHost, RegistryHost, SecretId, SecretKind},
    sensitive::Sensitive,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Read},
};

/// The message by which clients know that they may go on without a credential.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The longest request of a client that is read: more than the longest address.
const MAX_REQUEST_BYTES: u64 = 4096;

/// A credential as Docker reads it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credential<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

/// An account as the portal hands it out.
#[derive(Deserialize)]
struct Account {
    username: String,
    password: Sensitive,
}

#[derive(Deserialize)]
struct Named {
    username: String,
}

/// Runs a command of the protocol. The caller prints a failure on standard output, where clients read it.
pub(super) async fn run(args: DockerCredentialArgs) -> Outcome {
    let DockerCredentialArgs { connection, prefer, command } = args;
    match command {
        DockerCredentialCommand::Get => {
            let mut asked = String::new();
            let read = io::stdin().lock().take(MAX_REQUEST_BYTES).read_to_string(&mut asked);
            read.map_err(|_| Failure::new("the registry cannot be read from standard input"))?;
            let asked = asked.trim();
            // A text that is not a registry has no secret.
            let Ok(NormalizedHost { host, .. }) = RegistryHost::parse(untagged(asked)) else {
                return Err(not_found());
            };
            let api = Api::new(&connection)?;
            let id = find(&api, &host, &prefer).await?.ok_or_else(not_found)?;
            let query = [("shape", "username-password")];
            let Account { username, password } = api.read(&["secrets", &id, "value"], &query).await?;
            let credential = Credential { server_url: asked, username: &username, secret: password.expose() };
            let json = serde_json::to_string(&credential).map(Sensitive::new);
            print(json.map_err(|_| Failure::new("the credential cannot be written"))?.expose())
        }
        DockerCredentialCommand::List => {
            let api = Api::new(&connection)?;
            let mut chosen: BTreeMap<String, String> = BTreeMap::new();
            for SecretRow { id, registry_host, .. } in image_pull(&api, "").await? {
                let Some(host) = registry_host else { continue };
                if !chosen.contains_key(&host) || is_preferred(&id, &prefer) {
                    chosen.insert(host, id);
                }
            }
            let mut accounts = BTreeMap::new();
            for (host, id) in chosen {
                let Named { username } = parse(&api.get(&["secrets", &id], &[]).await?)?;
                accounts.insert(host, username);
            }
            print(&serde_json::to_string(&accounts).map_err(|_| Failure::new("the list cannot be written"))?)
        }
        DockerCredentialCommand::Store => Err(not_supported("added")),
        DockerCredentialCommand::Erase => Err(not_supported("deleted")),
        DockerCredentialCommand::Version => {
            print(concat!("docker-credential-latchkey (Latchkey) v", env!("CARGO_PKG_VERSION")))
        }
    }
}

fn not_found() -> Failure {
    Failure::new(NOT_FOUND)
}

fn not_supported(done: &str) -> Failure {
    // The rest of the input is a credential or an address: read, so that the sender is not cut off.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    Failure::new(format!("latchkey only hands credentials out: secrets are {done} in the portal"))
}

/// Returns the name of an image without its tag or digest, as far as there is one.
fn untagged(asked: &str) -> &str {
    let name = asked.split('@').next().unwrap_or(asked);
    // A colon before the last slash is a port's.
    let after = name.rfind('/').map_or(name.len(), |slash| slash + 1);
    match name[after..].find(':') {
        Some(colon) if !name.contains("://") => &name[..after + colon],
        _ => name,
    }
}

/// Finds the secret for this registry, or for this image or group of it: the secret with the longest matching
/// path; among several the preferred one, or else the first by name. An account for a part of a registry
/// serves all of it only if it is preferred.
async fn find(api: &Api, asked: &RegistryHost, prefer: &[SecretId]) -> Result<Option<String>, Failure> {
    let authority = asked.authority();
    // The key of Docker Hub's accounts with a path begins differently from that of Docker Hub itself.
    let search = if asked.is_docker_hub() { "docker.io" } else { authority };
    // A host is ASCII, and may be longer than a search may be.
    let rows = image_pull(api, search.get(..ListQuery::MAX_SEARCH_CHARS).unwrap_or(search)).await?;
    let keys = asked.path().map_or_else(|| vec![authority.to_owned()], |path| asked.keys_for(path));
    let mut found: Vec<(usize, bool, String)> = rows
        .into_iter()
        .filter_map(|row| {
            let host = RegistryHost::parse(row.registry_host.as_deref()?).ok()?.host;
            let rank = keys.iter().position(|key| key == host.as_str());
            let preferred = is_preferred(&row.id, prefer);
            let chosen = asked.path().is_none() && preferred && host.is_same_registry(asked);
            Some((rank.or(chosen.then_some(keys.len()))?, !preferred, row.id))
        })
        .collect();
    // By the length of the path, then by name, because the sort is stable.
    found.sort_by_key(|(rank, other, _)| (*rank, *other));
    Ok(found.into_iter().next().map(|(.., id)| id))
}

fn is_preferred(id: &str, prefer: &[SecretId]) -> bool {
    prefer.iter().any(|preferred| preferred.to_string() == id)
}

/// Lists image-pull secrets by name.
async fn image_pull(api: &Api, search: &str) -> Result<Vec<SecretRow>, Failure> {
    let query = [("type", SecretKind::ImagePull.as_str()), ("sort", "name"), ("q", search)];
    rows(api, &query, usize::MAX).await?.iter().map(row).collect()
}
