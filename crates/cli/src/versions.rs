//! The commands about the versions of a secret's value: the history, rolling back, and destroying a value.

use crate::{
    args::{HistoryArgs, RollbackArgs},
    failure::{Failure, Outcome},
    http::{Api, parse, unexpected},
    input,
    output::{plain, print, print_exactly, table},
};
use api_types::{RolledBack, Version};
use domain::{secret::SecretId, sensitive::Sensitive};
use serde::Deserialize;
use serde_json::Value;

/// A page of versions. For JSON, rows are printed as received, including members that a newer portal adds.
#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    next: Option<String>,
}

/// Lists the versions, the newest first.
pub(super) async fn history(api: &Api, args: &HistoryArgs) -> Outcome {
    let (id, limit) = (args.id.id.to_string(), args.limit.unwrap_or(usize::MAX));
    let (mut rows, mut after) = (Vec::new(), None::<String>);
    loop {
        let query: Vec<(&str, &str)> = after.as_deref().map(|after| ("after", after)).into_iter().collect();
        let page: Page = api.read(&["secrets", &id, "versions"], &query).await?;
        rows.extend(page.items);
        rows.truncate(limit);
        match page.next {
            Some(next) if rows.len() < limit => after = Some(next),
            _ => break,
        }
    }
    if args.output.json {
        let text = serde_json::to_string(&rows);
        return print(&text.map_err(|_| Failure::new("the list cannot be written"))?);
    }
    let mut lines = vec![
        ["VERSION", "STATE", "STORED", "BY", "REASON", "HOST OR FINGERPRINT", "USERNAME", "TEST"]
            .map(str::to_owned),
    ];
    for row in &rows {
        let version = Version::deserialize(row).map_err(|_| unexpected())?;
        let reason = match version.rolled_back_from {
            Some(from) => format!("{} from {from}", version.reason),
            None => version.reason.into_owned(),
        };
        lines.push([
            version.number.to_string(),
            version.state.into_owned(),
            version.stored_at,
            version.stored_by.unwrap_or_default(),
            reason,
            version.registry_host.or(version.fingerprint).unwrap_or_default(),
            version.username.unwrap_or_default(),
            version.status.unwrap_or_default().into_owned(),
        ]);
    }
    print_exactly(&table(&lines))
}

/// Rolls back.
pub(super) async fn roll_back(api: &Api, args: &RollbackArgs) -> Outcome {
    let (id, number) = (args.id.id.to_string(), args.number.to_string());
    let body = Sensitive::new(serde_json::json!({ "test": args.test }).to_string());
    let answer =
        api.post_body(&["secrets", &id, "versions", &number, "rollback"], &body, args.version).await?;
    if args.output.json {
        return print(answer.expose());
    }
    let done: RolledBack = parse(&answer)?;
    if done.already_current {
        let (version, from) = (done.version, done.from);
        let same = if version == from { String::new() } else { format!(" of version {from}") };
        return print(&plain(&format!(
            "nothing to do: {id} has the value{same} already, as version {version}, which is in use"
        )));
    }
    let tested = done.test.map(|test| format!("\n{}: {}", test.status, test.detail)).unwrap_or_default();
    print(&plain(&format!(
        "{id} has version {} now, with the value of version {}{tested}",
        done.version, done.from
    )))
}

/// Destroys the value of an earlier version.
pub(super) async fn destroy(api: &Api, id: &SecretId, number: i64, yes: bool) -> Outcome {
    if !yes {
        let question = format!("Destroy the value of version {number} of {id}? Nothing brings it back.");
        input::confirm(&question, "destroy it", "nothing was destroyed")?;
    }
    let path = ["secrets", &id.to_string(), "versions", &number.to_string(), "value"];
    api.delete(&path, &[], None).await?;
    print(&plain(&format!("the value of version {number} of {id} is destroyed")))
}
