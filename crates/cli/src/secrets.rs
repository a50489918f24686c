//! The commands of `latchkey secret`.

use crate::{
    args::{AddArgs, Connection, EditArgs, Fields, ListArgs, ManifestArgs, SecretCommand, ValueArgs},
    body::Body,
    failure::{Failure, Outcome},
    http::{Api, parse, unexpected},
    import, input,
    output::{plain, print, print_exactly, table},
};
use api_types::{Connection as LastTest, Secret, SecretRow, TestResult};
use domain::{
    connection_test::TestStatus,
    secret::{ExportFormat, SecretId, SecretKind},
    sensitive::Sensitive,
};
use formats::export::{ManifestFormat, joined};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{self, BufRead, IsTerminal},
};

/// The number of rows a page: the most that the API gives.
const PAGE: &str = "100";

/// A page of the list. For JSON, rows are printed as received, including members that a newer portal adds.
#[derive(Deserialize)]
struct List {
    items: Vec<Value>,
    next: Option<String>,
}

/// The files that arguments name, beside the value.
struct Files {
    known_hosts: Option<Sensitive>,
    passphrase: Option<Sensitive>,
}

impl Files {
    fn read(fields: &Fields) -> Result<Self, Failure> {
        Ok(Self {
            known_hosts: fields.known_hosts_file.as_deref().map(input::read).transpose()?,
            passphrase: fields.passphrase_file.as_deref().map(input::value).transpose()?,
        })
    }
}

fn body<'a>(fields: &'a Fields, files: &'a Files) -> Body<'a> {
    Body {
        display_name: fields.display_name.as_deref(),
        registry_host: fields.registry_host.as_deref(),
        username: fields.username.as_deref(),
        password_ends: fields.password_ends.as_deref(),
        image: fields.image.as_deref(),
        repository: fields.repository.as_deref(),
        known_hosts: files.known_hosts.as_ref().map(Sensitive::expose),
        passphrase: files.passphrase.as_ref().map(Sensitive::expose),
        expires_at: fields.expires.as_deref(),
        renew_every_days: fields.renew_every,
        stop_when_expired: fields.stop_when_expired,
        allow_duplicate: fields.allow_duplicate,
        ..Body::default()
    }
}

/// Runs a command.
pub(super) async fn run(connection: &Connection, command: SecretCommand) -> Outcome {
    let api = || Api::new(connection);
    match command {
        SecretCommand::List(args) => list(&api()?, &args).await,
        SecretCommand::Get { id, output } => {
            show(&api()?.get(&["secrets", &id.id.to_string()], &[]).await?, output.json)
        }
        SecretCommand::Add(args) => add(&api()?, &args).await,
        SecretCommand::Edit(args) => edit(&api()?, &args).await,
        SecretCommand::Delete { id, version, yes, confirm } => {
            delete(&api()?, &id.id, version, yes, confirm.as_deref()).await
        }
        SecretCommand::Test { ids, output } => match ids.ids.as_slice() {
            [id] => test(&api()?, id, output.json).await,
            ids => test_all(&api()?, ids, output.json).await,
        },
        SecretCommand::Value(args) => value(&api()?, &args).await,
        SecretCommand::Manifest(args) => manifest(&api()?, &args).await,
        SecretCommand::Import(args) if args.dry_run && connection.url.is_none() => {
            import::run(None, &args).await
        }
        SecretCommand::Import(args) => import::run(Some(&api()?), &args).await,
    }
}

/// Lists the rows of all pages, up to `limit`.
pub(super) async fn rows(api: &Api, query: &[(&str, &str)], limit: usize) -> Result<Vec<Value>, Failure> {
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut query = query.to_vec();
        query.push(("size", PAGE));
        query.extend(after.as_deref().map(|after| ("after", after)));
        let page: List = api.read(&["secrets"], &query).await?;
        rows.extend(page.items);
        rows.truncate(limit);
        match page.next {
            Some(next) if rows.len() < limit => after = Some(next),
            _ => return Ok(rows),
        }
    }
}

/// Parses a row.
pub(super) fn row(row: &Value) -> Result<SecretRow, Failure> {
    SecretRow::deserialize(row).map_err(|_| unexpected())
}

async fn list(api: &Api, args: &ListArgs) -> Outcome {
    let query = [
        ("q", args.search.as_deref()),
        ("type", args.r#type.map(|kind| SecretKind::from(kind).as_str())),
        ("status", args.status.as_deref()),
        ("expires", args.expires.as_deref()),
        ("needs", args.needs.as_deref()),
        ("sort", args.sort.as_deref()),
    ];
    let query: Vec<_> = query.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let rows = rows(api, &query, args.limit.unwrap_or(usize::MAX)).await?;
    if args.output.json {
        return print(&serde_json::to_string(&rows).map_err(|_| Failure::new("the list cannot be written"))?);
    }
    let mut lines = vec![
        ["ID", "STATUS", "HOST OR FINGERPRINT", "EXPIRES", "UPDATED", "BY", "DISPLAY NAME"]
            .map(str::to_owned),
    ];
    for text in &rows {
        let row = row(text)?;
        let place = row.registry_host.or(row.fingerprint).unwrap_or_default();
        lines.push([
            row.id,
            row.status.into_owned(),
            place,
            row.expires_at.unwrap_or_default(),
            row.updated_at,
            row.updated_by,
            row.display_name,
        ]);
    }
    print_exactly(&table(&lines))
}

/// Prints one secret.
fn show(text: &Sensitive, json: bool) -> Outcome {
    if json {
        return print(text.expose());
    }
    let secret: Secret = parse(text)?;
    let LastTest { status, detail, tested_at, .. } = secret.connection;
    let tested = tested_at.map(|at| format!(", {at}")).unwrap_or_default();
    let (fingerprint, public_key) = secret.key.map(|key| (key.fingerprint, key.public_key)).unzip();
    let pending = secret.pending_key.map(|key| key.public_key);
    let known_hosts = secret.known_hosts.map(|text| text.lines().count()).filter(|count| *count > 0);
    let imported = import::from_words(
        &secret.imported_from,
        secret.imported_from_total.try_into().unwrap_or(usize::MAX),
    );
    let renewal = secret.renew_every_days.map(|days| {
        let due = secret.renewal_due_at.map(|at| format!(", due {at}")).unwrap_or_default();
        format!("every {days} days{due}")
    });
    let ends = if secret.stop_when_expired { ", then not handed out" } else { "" };
    let expires = secret.expires_at.map(|at| format!("{at}{ends}"));
    let rows = [
        ("ID", Some(secret.id)),
        ("Type", Some(secret.r#type.into_owned())),
        ("Display name", Some(secret.display_name)),
        ("Registry host", secret.registry_host),
        ("Username", secret.username),
        ("Test image", secret.image),
        ("Test repository", secret.repository),
        ("Known hosts", known_hosts.map(|count| format!("{count} lines"))),
        ("Fingerprint", fingerprint),
        ("Public key", public_key),
        ("Waiting key", pending),
        ("Connection", Some(format!("{status}{tested}: {detail}"))),
        ("Expires", expires),
        ("Renew", renewal),
        ("Imported from", Some(imported).filter(|from| !from.is_empty())),
        ("Version", Some(secret.version.to_string())),
        ("Updated", Some(format!("{} by {}", secret.updated_at, secret.updated_by))),
    ];
    let rows = rows.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
    print_exactly(&table(&rows.collect::<Vec<_>>()))
}

async fn add(api: &Api, args: &AddArgs) -> Outcome {
    let kind = SecretKind::from(args.r#type);
    let files = Files::read(&args.fields)?;
    let value = args.generate.is_none().then(|| input::value(&args.value_file)).transpose()?;
    let body = Body {
        r#type: Some(kind.as_str()),
        name: Some(&args.name),
        generate: args.generate.as_deref(),
        ..body(&args.fields, &files)
    };
    let added = api.add(&["secrets"], &body.with_value(kind, value.as_ref()).json()?).await?;
    show(&added, args.output.json)
}

async fn edit(api: &Api, args: &EditArgs) -> Outcome {
    let files = Files::read(&args.fields)?;
    let value = args.value_file.as_deref().map(input::value).transpose()?;
    let body = body(&args.fields, &files).with_value(args.id.id.kind, value.as_ref());
    let path = args.id.id.to_string();
    let changed = api.change(&["secrets", &path], &body.json()?, args.version).await?;
    show(&changed, args.output.json)
}

async fn delete(api: &Api, id: &SecretId, version: Option<i64>, yes: bool, confirm: Option<&str>) -> Outcome {
    if !yes && confirm.is_none() {
        if !io::stdin().is_terminal() {
            return Err(Failure::new("nobody is there to ask: say --yes to delete it"));
        }
        eprint!("Delete {id}? Whoever uses it loses access. [y/N] ");
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.map_err(|error| Failure::new(format!("no answer can be read: {error}")))?;
        if !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::new("nothing was deleted"));
        }
    }
    let query: Vec<(&str, &str)> = confirm.map(|name| ("confirmation", name)).into_iter().collect();
    api.delete(&["secrets", &id.to_string()], &query, version).await
}

async fn test(api: &Api, id: &SecretId, json: bool) -> Outcome {
    let answer = api.post(&["secrets", &id.to_string(), "test"]).await?;
    let tested: TestResult = parse(&answer)?;
    if json {
        print(answer.expose())?;
    } else {
        print(&lines(&tested))?;
    }
    outcome(&tested, id)
}

/// Tests one secret after the other, whatever the result of each; a failed request is reported beside its secret.
async fn test_all(api: &Api, ids: &[SecretId], json: bool) -> Outcome {
    let (mut rows, mut codes) = (Vec::new(), Vec::new());
    for id in ids {
        let outcome = test_one(api, id, json, &mut rows).await;
        if let Err(failure) = outcome {
            codes.push(failure.code);
            if !failure.message.is_empty() {
                eprintln!("latchkey: {id}: {failure}");
                rows.push(serde_json::json!({ "id": id.to_string(), "error": failure.message }));
            }
        }
    }
    if json {
        print(&serde_json::to_string(&rows).map_err(|_| Failure::new("the answers cannot be written"))?)?;
    }
    let Some(first) = codes.first() else { return Ok(()) };
    let code = if codes.iter().all(|code| code == first) { *first } else { Failure::FAILED };
    let message = format!("{} of {} do not work or could not be tested", codes.len(), ids.len());
    Err(Failure { message: message.into(), code })
}

/// Tests one secret and prints the result, or puts it into `rows`. If the secret was tested and does not work, the failure has no
/// message of its own.
async fn test_one(api: &Api, id: &SecretId, json: bool, rows: &mut Vec<Value>) -> Outcome {
    let answer = api.post(&["secrets", &id.to_string(), "test"]).await?;
    let tested: TestResult = parse(&answer)?;
    if json {
        let mut row: serde_json::Map<String, Value> = parse(&answer)?;
        row.insert("id".to_owned(), id.to_string().into());
        rows.push(row.into());
    } else {
        print(&format!("{id}: {}", lines(&tested)))?;
    }
    outcome(&tested, id).map_err(|failure| Failure { message: "".into(), ..failure })
}

/// Returns the result of a test as a person reads it.
fn lines(tested: &TestResult) -> String {
    let keys = tested.host_keys.iter().map(|key| format!("\n{}\n{}", key.fingerprint, key.line));
    plain(&format!("{}: {}{}", tested.status, tested.detail, keys.collect::<String>())).into_owned()
}

/// Fails if the secret does not work.
fn outcome(tested: &TestResult, id: &SecretId) -> Outcome {
    match TestStatus::parse(&tested.status) {
        Some(TestStatus::Works | TestStatus::Open) => Ok(()),
        Some(TestStatus::NotTested) => Err(Failure::new(format!("{id} was not tested"))),
        _ => Err(Failure::new(format!("{id} does not work"))),
    }
}

async fn value(api: &Api, args: &ValueArgs) -> Outcome {
    let query = shape_query(args.shape.map(ExportFormat::as_str), args.repository_url.as_deref());
    let answer = api.get(&["secrets", &args.id.id.to_string(), "value"], &query).await?;
    let Some(key) = &args.key else {
        let is_json = args.shape != Some(ExportFormat::Raw);
        // A value alone is printed without anything else, not even a line end.
        return if is_json { print(answer.expose()) } else { print_exactly(answer.expose()) };
    };
    if args.shape == Some(ExportFormat::Raw) {
        return Err(Failure::new("a raw value has no members: say either --shape raw or --key"));
    }
    let members: BTreeMap<String, Sensitive> = parse(&answer)?;
    let text = members.get(key).ok_or_else(|| {
        let known = members.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Failure::new(format!("there is no such member; there are: {known}"))
    })?;
    print_exactly(text.expose())
}

async fn manifest(api: &Api, args: &ManifestArgs) -> Outcome {
    let mut query = shape_query(args.shape.map(ExportFormat::as_str), args.repository_url.as_deref());
    query.extend(args.namespace.as_deref().map(|namespace| ("namespace", namespace)));
    let format = if args.output.json { ManifestFormat::Json } else { ManifestFormat::Yaml };
    query.push(("format", format.as_str()));
    let ids = &args.ids.ids;
    let several = ids.len() > 1;
    if several && args.repository_url.is_some() {
        return Err(Failure::new(
            "one repository is not that of several secrets: say --repository-url with one alone",
        ));
    }
    // All of them are printed, or none.
    let mut answers = Vec::with_capacity(ids.len());
    for id in ids {
        let answer = api.get(&["secrets", &id.to_string(), "manifest"], &query).await;
        answers.push(answer.map_err(|failure| {
            if several { Failure { message: format!("{id}: {failure}").into(), ..failure } } else { failure }
        })?);
    }
    match answers.as_slice() {
        [one] => print(one.expose().trim_end()),
        all => print_exactly(joined(all, format).expose()),
    }
}

fn shape_query<'a>(shape: Option<&'a str>, url: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
    [("shape", shape), ("url", url)].into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
