//! `latchkey doctor` and `latchkey migrate --status`: whether all is well. They change nothing, neither in the database nor in the
//! data folder; the second starts a private PostgreSQL that does not run.

use crate::{
    config::Settings,
    health_command::{TIMEOUT, answer, reachable},
    key_file, open,
    surroundings::{self, Sources, VERSION},
};
use app::system::message::{self, Message, message};
use backend::{
    Check, CheckArea, CheckState, DatabaseConfig, Examination, Finding, MigrationFact, MigrationState,
    ServerFact, SettingFact, SettingSource, SystemReport,
};
use domain::sensitive::Sensitive;
use private_postgres::{PrivatePostgres, Stop, find_cluster};
use serde_json::{Value, json};
use std::{error::Error, fmt::Write, process::ExitCode};

/// Returns the exit code of a state: 0 if all is well, 1 if somebody should look, 2 if something is broken.
fn exit_code(state: CheckState) -> ExitCode {
    match state {
        CheckState::Well | CheckState::Note | CheckState::NotLooked => ExitCode::SUCCESS,
        CheckState::Look => ExitCode::from(1),
        CheckState::Broken => ExitCode::from(2),
    }
}

/// Makes all checks and prints what they found.
pub(crate) async fn run(settings: &Settings, sources: &Sources, json: bool, offline: bool) -> ExitCode {
    let around = surroundings::look(settings, sources, server(settings).await, None);
    let (database, private) = match database(settings) {
        Ok((database, private)) => (database, private),
        // Another finding says why.
        Err(_) => (None, None),
    };
    let examination = Examination {
        database,
        keys: key_file::find(settings).ok().flatten().unwrap_or_default(),
        single_sign_on: settings.sign_in().ok().and_then(|config| config.single_sign_on),
        connection_tests: settings.connection_tests.config(settings.network.addr.port()).unwrap_or_default(),
        mail: settings.mail.config(settings.network.public_url.as_ref()).ok().flatten(),
        slow: !offline,
    };
    let report = Box::pin(backend::examine(examination, around)).await;
    open::end_database(private).await;
    let text = if json { format!("{:#}\n", as_json(&report)) } else { as_text(&report) };
    print(&text, exit_code(report.state()))
}

/// Lists the migrations.
pub(crate) async fn migrations(settings: &Settings) -> ExitCode {
    let status = async {
        let (database, private) = running_or_started(settings).await?;
        let status = backend::schema_status(&database).await;
        open::end_database(private).await;
        Ok::<_, Box<dyn Error + Send + Sync>>(status?)
    };
    match status.await {
        Ok((finding, migrations)) => {
            let mut text: String = migrations.iter().map(line).collect();
            let Message { seen, advice } = message(&finding);
            text.extend([Some(seen), advice].into_iter().flatten().flat_map(|said| [said, "\n".to_owned()]));
            print(&text, exit_code(finding.state()))
        }
        Err(error) => {
            eprintln!("latchkey: {error}");
            exit_code(CheckState::Broken)
        }
    }
}

/// Returns the address of the database. Starts a private one that does not run, and creates none.
///
/// Errors: as `database`; the private one does not exist, or does not start; in words.
async fn running_or_started(
    settings: &Settings,
) -> Result<(DatabaseConfig, Option<PrivatePostgres>), Box<dyn Error + Send + Sync>> {
    if let (Some(database), private) = database(settings)? {
        return Ok((database, private));
    }
    open::may_start(settings)?;
    let folder = settings.database.data_dir();
    if find_cluster(folder).ok().flatten().is_none() {
        let folder = folder.display();
        return Err(format!(
            "there is no database in {folder}: the first start of the server creates it. If there should be one, set \
             LATCHKEY_DATA_DIR or DATABASE_URL"
        )
        .into());
    }
    open::find_database(settings, &Stop::default()).await
}

fn line(migration: &MigrationFact) -> String {
    let MigrationFact { version, name, state } = migration;
    format!("{version:04}\t{}\t{name}\n", state.code())
}

/// Prints a text; returns the code, or that of something broken if nobody reads it.
fn print(text: &str, code: ExitCode) -> ExitCode {
    match crate::command::write(text) {
        Ok(()) => code,
        Err(error) => {
            eprintln!("latchkey: {error}");
            exit_code(CheckState::Broken)
        }
    }
}

/// Returns the address of the database, also of a private one that runs. Starts nothing.
///
/// Errors: the settings contradict each other, a file cannot be read, or the private one cannot be reached; in words.
fn database(
    settings: &Settings,
) -> Result<(Option<DatabaseConfig>, Option<PrivatePostgres>), Box<dyn Error + Send + Sync>> {
    if let Some(database) = settings.database.config()? {
        return Ok((Some(database), None));
    }
    let private = PrivatePostgres::running(settings.database.data_dir())?;
    let database = private.as_ref().map(|private| DatabaseConfig::at(Sensitive::new(private.url())));
    Ok((database, private))
}

/// Asks the server on this machine.
async fn server(settings: &Settings) -> ServerFact {
    let at = reachable(settings.network.addr);
    let down = ServerFact::Down { address: at.to_string() };
    let Ok(Ok((ready, said))) = tokio::time::timeout(TIMEOUT, answer(at, "/readyz?verbose")).await else {
        return down;
    };
    let version = said.lines().find_map(|line| line.strip_prefix("version: ")).map(str::to_owned);
    match version {
        // Something else listens there.
        None => down,
        Some(version) if ready => ServerFact::Ready { version, command: VERSION.to_owned() },
        Some(_) => ServerFact::NotReady { said: said.lines().next().unwrap_or_default().to_owned() },
    }
}

/// Returns the report as lines for people.
fn as_text(report: &SystemReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for area in CheckArea::ALL {
        let found = report.findings.iter().filter(|found| found.check().area() == area);
        let mut found = found.peekable();
        if found.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "{}", message::area(area));
        for finding in found {
            let Message { seen, advice } = message(finding);
            let (state, check) = (message::state(finding.state()), message::check(finding.check()));
            let _ = writeln!(text, "  {state:<13} {check:<25} {seen}");
            if let Some(advice) = advice {
                let _ = writeln!(text, "{:<42}{advice}", "");
            }
        }
        text.push('\n');
    }
    let given = || report.settings.iter().filter(|setting| setting.source != SettingSource::Default);
    let _ = writeln!(text, "Settings that are set: {}", given().count());
    for SettingFact { name, source, value, .. } in given() {
        let (source, value) = (message::source(*source), value.as_deref().unwrap_or("(set, not shown)"));
        let _ = writeln!(text, "  {name:<33} {source:<14} {value}");
    }
    let of = |state| report.findings.iter().filter(|found| found.state() == state).count();
    let (broken, look) = (of(CheckState::Broken), of(CheckState::Look));
    let _ = writeln!(text, "\n{broken} broken, {look} to look at, {} not checked", of(CheckState::NotLooked));
    text
}

/// Returns the report for programs: codes never change, texts may.
fn as_json(report: &SystemReport) -> Value {
    let check = |finding: &Finding| {
        let check: Check = finding.check();
        let Message { seen, advice } = message(finding);
        json!({
            "check": check.code(),
            "area": check.area().code(),
            "state": finding.state().code(),
            "code": finding.code(),
            "seen": seen,
            "advice": advice,
        })
    };
    let setting = |setting: &SettingFact| {
        let SettingFact { name, source, value, is_secret } = setting;
        json!({ "name": name, "source": source.code(), "value": value, "secret_is_set": is_secret })
    };
    let pending = report.migrations.iter().filter(|migration| migration.state != MigrationState::Applied);
    json!({
        "state": report.state().code(),
        "version": VERSION,
        "checked_at": report.at.rfc3339(),
        "checks": report.findings.iter().map(check).collect::<Vec<_>>(),
        "migrations_not_applied": pending.map(|migration| json!({
            "version": migration.version,
            "name": migration.name,
            "state": migration.state.code(),
        })).collect::<Vec<_>>(),
        "settings": report.settings.iter().map(setting).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;

    fn report(findings: Vec<Finding>) -> SystemReport {
        SystemReport {
            findings,
            settings: vec![SettingFact {
                name: "DATABASE_URL".to_owned(),
                source: SettingSource::File,
                value: None,
                is_secret: true,
            }],
            migrations: vec![MigrationFact {
                version: 190,
                name: "keep tests".to_owned(),
                state: MigrationState::Pending,
            }],
            at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn as_text_has_a_line_for_each_check_and_the_advice_below() {
        let text = as_text(&report(vec![
            Finding::FileNone,
            Finding::SchemaPending { count: 2, first: 190 },
            Finding::BackupUnconfirmed,
        ]));
        let expected = "Database\n  Look at this  Schema                    2 migrations are pending. The first is 190.\n";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains(&format!("\n{:<42}Run `latchkey migrate`", "")), "{text}");
        let setting = format!("  {:<33} Settings file  (set, not shown)\n", "DATABASE_URL");
        assert!(text.contains(&setting), "{text}");
        assert!(text.ends_with("\n0 broken, 2 to look at, 0 not checked\n"), "{text}");
    }

    #[test]
    fn as_json_has_stable_codes() {
        let json = as_json(&report(vec![Finding::SchemaPending { count: 2, first: 190 }]));
        assert_eq!(json["state"], "look");
        assert_eq!(json["checks"][0]["check"], "schema");
        assert_eq!(json["checks"][0]["code"], "schema-pending");
        assert_eq!(json["checks"][0]["area"], "database");
        assert_eq!(json["migrations_not_applied"][0]["version"], 190);
        assert_eq!(
            json["settings"][0],
            json!({ "name": "DATABASE_URL", "source": "file", "value": null, "secret_is_set": true })
        );
    }
}
