//! The commands that work beside a running server, or without one.

use crate::{
    clock,
    config::{AuditCommand, KeyCommand, Settings, TokenCommand, UserCommand},
    key_file,
    open::{self, Outcome},
};
use app::messages;
use backend::{Backend, Ctx, DatabaseConfig, PasswordReset, Rewrapped, TestOutcome, Tested, Verdict};
use domain::{
    access::TokenDraft, connection_test::TestStatus, error::Error, secret::SecretId, sensitive::Sensitive,
};
use std::io::Write;

fn ctx() -> Ctx {
    Ctx::system(Ctx::COMMAND_LINE, clock::now())
}

/// Rejects a command that writes rows with a MAC if the key is not at hand.
///
/// Errors: the key is not at hand, in words.
fn with_key(backend: &Backend) -> Outcome {
    if backend.is_sealed() {
        Err("this command changes what the key encryption key vouches for, and the key is not at hand: run it with the \
             LATCHKEY_KEK_FILE or LATCHKEY_KEK that the server has"
            .into())
    } else {
        Ok(())
    }
}

/// Runs `latchkey user …`.
pub async fn user(backend: &Backend, settings: &Settings, command: UserCommand) -> Outcome {
    if !matches!(command, UserCommand::List) {
        with_key(backend)?;
    }
    let users = backend.users();
    // Whoever may run commands on the machine has its database and its key, so no proof is asked for.
    let no_proof = Sensitive::default();
    let link = |token: &Sensitive| {
        print(&format!("{}/choose-password?token={}", settings.network.origin(), token.expose()))
    };
    match command {
        UserCommand::Add { name, role } => {
            let added = users.add(&ctx(), &name, &role, &no_proof).await.map_err(|error| message(&error))?;
            link(&added.link_token)
        }
        UserCommand::List => {
            let mut beyond = String::new();
            loop {
                let page = users.list(&ctx(), "", &beyond).await.map_err(|error| message(&error))?;
                for user in page.users {
                    let state = match (user.disabled, user.has_password || user.issuer.is_some()) {
                        (true, _) => "disabled",
                        (false, false) => "no password yet",
                        (false, true) => "active",
                    };
                    let seen = user
                        .signed_in_at
                        .map_or_else(|| "never".to_owned(), domain::time::Timestamp::rfc3339);
                    print(&format!("{}\t{}\t{state}\t{seen}", user.name, user.role.as_str()))?;
                }
                match page.next {
                    Some(next) => beyond = next,
                    None => return Ok(()),
                }
            }
        }
        UserCommand::Disable { name } => {
            users.disable(&ctx(), &name).await.map_err(|error| message(&error).into())
        }
        UserCommand::Enable { name } => {
            users.enable(&ctx(), &name, &no_proof).await.map_err(|error| message(&error).into())
        }
        UserCommand::ResetPassword { name, keep_tokens } => {
            let reset = if keep_tokens { PasswordReset::Now } else { PasswordReset::NowAndTokens };
            let token = users
                .password_link(&ctx(), &name, reset, &no_proof)
                .await
                .map_err(|error| message(&error))?;
            link(&token)
        }
    }
}

/// Runs `latchkey key …`.
pub async fn key(settings: &Settings, url: &DatabaseConfig, command: KeyCommand) -> Outcome {
    let open = async || -> Result<Backend, Box<dyn std::error::Error + Send + Sync>> {
        let config = open::config(settings, url.clone(), open::keys(settings, url).await?)?;
        Ok(Backend::start(config, clock::now()).await?)
    };
    let backend = open().await?;
    let outcome = match command {
        KeyCommand::Status => status(&backend).await,
        KeyCommand::Add => {
            let mut added = backend.keys().add(&ctx()).await?;
            if added.is_empty() {
                let path = key_file::append(settings)?;
                tracing::warn!(path = %path.display(), "added a key to the key file. Back it up, apart from the database");
                let again = open().await?;
                added = again.keys().add(&ctx()).await?;
                again.close().await;
            }
            tracing::warn!(
                "restart every server, so that it has the key; then run: latchkey key activate <id>"
            );
            added.iter().try_for_each(|id| print(id))
        }
        KeyCommand::Activate { id } => Ok(backend.keys().activate(&ctx(), &id).await?),
        KeyCommand::Rewrap => {
            let progress = |done| tracing::info!(done, "sealed values under the active key");
            let Rewrapped { done, broken, vouched, refused } =
                backend.keys().rewrap(&ctx(), progress).await?;
            print(&format!(
                "{done} values sealed under the active key, which vouches for {vouched} more rows"
            ))?;
            if refused > 0 {
                tracing::error!(
                    refused,
                    "rows were not written by the portal, and stay rejected; the log names their tables"
                );
            }
            if broken > 0 {
                Err(format!("{broken} values could not be opened, and are as they were; the log names them")
                    .into())
            } else {
                status(&backend).await
            }
        }
        KeyCommand::Retire { id } => Ok(backend.keys().retire(&ctx(), &id).await?),
    };
    backend.close().await;
    outcome
}

async fn status(backend: &Backend) -> Outcome {
    for key in backend.keys().status(&ctx()).await? {
        let state = match (key.active, key.retired_at) {
            (true, _) => "active",
            (false, None) => "known",
            (false, Some(_)) => "retired",
        };
        let at_hand = if key.at_hand { "at hand" } else { "not at hand" };
        print(&format!(
            "{}\t{state}\t{} values\t{at_hand}\tsince {}\tvouches for {} rows",
            key.id,
            key.sealed,
            key.created_at.rfc3339(),
            key.vouches
        ))?;
    }
    Ok(())
}

/// Runs `latchkey token …`.
pub async fn token(backend: &Backend, command: TokenCommand) -> Outcome {
    with_key(backend)?;
    match command {
        TokenCommand::Create { name, scope, prefix, secrets, expires } => {
            let draft = TokenDraft { name, scope, prefix, secrets, expiry: expires, ..TokenDraft::default() };
            let token = backend.tokens().create(&ctx(), &draft).await.map_err(|error| message(&error))?;
            print(token.text.expose())
        }
        TokenCommand::Revoke { id } => {
            let revoked = backend.tokens().revoke(&ctx(), &id).await;
            revoked.map(drop).map_err(|error| message(&error).into())
        }
    }
}

/// Runs `latchkey audit …`.
pub async fn audit(backend: &Backend, AuditCommand::Verify: AuditCommand) -> Outcome {
    let verdict = backend.audit().verify(&ctx()).await.map_err(|error| message(&error))?;
    print(&judged(&verdict)?)
}

/// Returns the words for the state of the audit log.
///
/// Errors: it is not as it was written; in words.
pub(crate) fn judged(verdict: &Verdict) -> Result<String, String> {
    match verdict {
        Verdict::Whole(count) => Ok(format!("all {count} audit records are as they were written")),
        Verdict::Unproven(count) => Ok(format!(
            "all {count} audit records fit each other. Whether somebody who writes the database wrote all of them anew, or took \
             the last away, can be told with the key alone: run this with the LATCHKEY_KEK_FILE or LATCHKEY_KEK that the \
             server has"
        )),
        Verdict::Forged(id) => Err(format!(
            "audit record {id} was not written by the portal: somebody who writes the database, and has not the key, wrote it \
             or all that come before it"
        )),
        Verdict::Broken(id) => {
            Err(format!("audit record {id} is not as it was written, or the one before it was taken away"))
        }
        Verdict::CutShort(id) => Err(format!("audit records after {id} were taken away")),
    }
}

/// Runs `latchkey test …`: prints a line for each secret with its id, its status and the message, separated
/// by tabs.
pub async fn test(settings: &Settings, url: &DatabaseConfig, ids: &[String]) -> Outcome {
    let read = |id: &String| {
        SecretId::parse(id).ok_or_else(|| format!("{id} is not the id of a secret, such as image-hub"))
    };
    let ids = ids.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let config = open::config(settings, url.clone(), open::keys(settings, url).await?)?;
    let backend = Backend::start(config, clock::now()).await?;
    let tested = backend.connection_tests().all(&ctx(), &ids).await;
    backend.close().await;
    let tested = tested.map_err(|error| message(&error))?;
    let mut bad = 0;
    for Tested { id, outcome } in &tested {
        let (state, words) = match outcome {
            TestOutcome::Tested(cause) => (cause.status().as_str(), cause.message().to_owned()),
            TestOutcome::Failed(error) => ("failed", messages::error(error)),
            TestOutcome::LeftOut | TestOutcome::NotYet => {
                ("left-out", "The same account was just refused, or the host has had enough.".to_owned())
            }
        };
        print(&format!("{id}\t{state}\t{words}"))?;
        let fine = matches!(outcome, TestOutcome::Tested(cause)
            if matches!(cause.status(), TestStatus::Works | TestStatus::Open | TestStatus::NotTested));
        bad += usize::from(!fine);
    }
    if bad == 0 { Ok(()) } else { Err(format!("{bad} of {} secrets do not work", tested.len()).into()) }
}

/// Writes a text to standard output as it is, for files that are made of what the program says of itself.
pub(crate) fn write(text: &str) -> Outcome {
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

/// Prints a line on standard output, where nothing else is written: the log goes to standard error.
pub(crate) fn print(line: &str) -> Outcome {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Returns the message for an error.
fn message(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            problems.iter().map(|wrong| messages::problem(&wrong.problem)).collect::<Vec<_>>().join(" ")
        }
        Error::LastAdmin => "this is the last administrator; make another user an admin first".to_owned(),
        Error::NotFound => "there is none of this name".to_owned(),
        // For whoever looks after the portal: which setting it is, too.
        Error::NoPasswords | Error::KeptByProvider | Error::LinkSpent | Error::Busy(_) => error.to_string(),
        error => messages::error(error),
    }
}
