//! `latchkey ssh-add`.

use crate::{
    agent::add_to_agent,
    args::SshAddArgs,
    failure::{Failure, Outcome},
    http::Api,
    output::print,
};
use domain::{secret::PrivateKeyText, sensitive::Sensitive};
use serde::Deserialize;

#[derive(Deserialize)]
struct GitSync {
    ssh: Sensitive,
}

/// Loads a key from the portal into the agent; no file has it.
pub(super) async fn run(args: SshAddArgs) -> Outcome {
    let Some(socket) = &args.socket else {
        return Err(Failure::new(
            "there is no agent: start one, such as by eval \"$(ssh-agent)\", or give --socket",
        ));
    };
    let id = args.id.id.to_string();
    let api = Api::new(&args.connection)?;
    let GitSync { ssh } = api.read(&["secrets", &id, "value"], &[("shape", "git-sync")]).await?;
    let key = PrivateKeyText::parse(&ssh).map_err(|problem| Failure::new(problem.message()))?;
    let added = add_to_agent(socket, &key, &id, args.lifetime);
    let fingerprint = added.map_err(|error| Failure::new(error.to_string()))?;
    print(&format!("{id}: {fingerprint}"))
}
