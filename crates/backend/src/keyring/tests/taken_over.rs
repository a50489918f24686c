//! Rows of an older version are taken over once, and renewed when the key changes.

use crate::{
    Backend, Kek, RotationError, Verdict,
    tests::{
        add_user, anonymous, as_older_version_left_it, at, backend, backend_with, keks_of, records,
        started_again, text,
    },
};
use domain::{
    access::{Role, TokenDraft},
    secret::{NewSecret, SecretDraft, SecretId},
    sensitive::Sensitive,
};
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";

/// A row of each kind that grants something.
struct Everything {
    session: Sensitive,
    token: Sensitive,
    link: Sensitive,
}

async fn everything(backend: &Backend) -> Everything {
    add_user(backend, "ana", Role::Editor, PASSWORD).await;
    let session = backend.sessions().sign_in(&anonymous(1), "ana", &text(PASSWORD), "").await.unwrap();
    let draft =
        TokenDraft { name: "ci".to_owned(), scope: "read-values".to_owned(), ..TokenDraft::default() };
    let token = backend.tokens().create(&at(1), &draft).await.unwrap();
    let link = backend.users().add(&at(1), "ben", "reader", &text("")).await.unwrap().link_token;
    let draft = SecretDraft {
        name: "a".to_owned(),
        kind: "image-pull".to_owned(),
        registry_host: "ghcr.io".to_owned(),
        username: "robot".to_owned(),
        password: Sensitive::new("pw"),
        ..SecretDraft::default()
    };
    backend.secrets().create(&at(1), NewSecret::parse(draft).unwrap(), None).await.unwrap();
    Everything { session: session.token, token: token.text, link }
}

/// Returns which of them are valid.
async fn good(backend: &Backend, all: &Everything) -> [bool; 5] {
    let secret = SecretId::parse("image-a").unwrap();
    [
        backend.sessions().identify(&anonymous(2), &all.session).await.unwrap().is_some(),
        backend.tokens().identify(&anonymous(2), &all.token).await.unwrap().is_some(),
        backend.users().link(&anonymous(2), &all.link).await.is_ok(),
        backend.secrets().credential(&at(2), &secret).await.is_ok(),
        backend.sessions().sign_in(&anonymous(2), "ana", &text(PASSWORD), "").await.is_ok(),
    ]
}

#[sqlx::test]
async fn takeover_signs_rows_of_older_version_once(pool: PgPool) {
    let first = backend(pool.clone()).await;
    let all = everything(&first).await;
    let count = records(&pool).await.len() as u64;
    as_older_version_left_it(&first, &pool, "SELECT").await;
    let second = started_again(&first, pool.clone()).await;
    assert_eq!(good(&second, &all).await, [true; 5]);
    let taken_over = format!("start | rows taken over | {} | done | ", keks_of(&first)[0].id());
    assert_eq!(records(&pool).await.iter().filter(|record| **record == taken_over).count(), 1);
    assert_eq!(second.audit().verify(&at(3)).await, Ok(Verdict::Whole(count + 3)));

    // Starting again takes nothing over, even if somebody has removed every code.
    for table in ["users", "sessions", "api_tokens", "one_time_links", "secrets", "audit_head"] {
        let sql = format!("UPDATE {table} SET mac = NULL");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    let third = started_again(&first, pool.clone()).await;
    assert_eq!(good(&third, &all).await, [false; 5]);
    // Nor if somebody has deleted the key's row, and the portal creates it again.
    for sql in [
        "ALTER TABLE secret_values DROP CONSTRAINT secret_values_kek",
        "ALTER TABLE import_entries DROP CONSTRAINT import_entries_kek",
        "DELETE FROM key_encryption_keys",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    // Nor does it repair an audit log that was cut meanwhile.
    for sql in [
        "ALTER TABLE audit_records DISABLE TRIGGER USER",
        "DELETE FROM audit_records WHERE id > 2",
        "UPDATE audit_head SET (last_id, hash, mac) = (SELECT id, hash, NULL::bytea FROM audit_records ORDER BY id DESC LIMIT 1)",
        "ALTER TABLE audit_records ENABLE TRIGGER USER",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let fourth = started_again(&first, pool.clone()).await;
    assert_eq!(good(&fourth, &all).await, [false; 5]);
    assert_ne!(fourth.audit().verify(&at(4)).await, Ok(Verdict::Whole(2)));
    assert!(!records(&pool).await.contains(&taken_over), "nothing is taken over a second time");
}

/// Of servers that start at once, one takes over.
#[sqlx::test]
async fn takeover_runs_once_across_servers(pool: PgPool) {
    let first = backend(pool.clone()).await;
    let all = everything(&first).await;
    as_older_version_left_it(&first, &pool, "SELECT").await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let (keks, pool) = (keks_of(&first), pool.clone());
            tokio::spawn(async move { backend_with(pool, keks).await })
        })
        .collect();
    for start in starts {
        assert_eq!(good(&start.await.unwrap(), &all).await, [true; 5]);
    }
    let taken_over = records(&pool).await.into_iter().filter(|record| record.contains("rows taken over"));
    assert_eq!(taken_over.count(), 1);
}

/// A server that knows no codes writes nothing beside those that do.
#[sqlx::test]
async fn takeover_stops_writes_of_older_servers(pool: PgPool) {
    backend(pool.clone()).await;
    let refused = sqlx::query(
        "INSERT INTO audit_records (id, at, actor_kind, actor, request_id, action, object, outcome, fields, hash) \
         VALUES (1, now(), 'user', 'ana', 'r', 'sign-in', 'ana', 'done', '{}', '\\x00')",
    )
    .execute(&pool)
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("older than its database"), "{refused}");
}

#[sqlx::test]
async fn rewrap_moves_signatures_to_the_active_key(pool: PgPool) {
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let both = backend_with(pool.clone(), vec![old.clone(), new.clone()]).await;
    let all = everything(&both).await;
    both.keys().add(&at(3)).await.unwrap();
    both.keys().activate(&at(3), &new.id()).await.unwrap();
    assert_eq!(good(&both, &all).await, [true; 5], "both keys are good while both are known");
    // A server with only the new key cannot tell rows of the old key from forgeries.
    let new_alone = backend_with(pool.clone(), vec![new.clone()]).await;
    assert_eq!(new_alone.keys().rewrap(&at(3), |_| ()).await, Err(RotationError::NotAtHand));
    sqlx::query("UPDATE users SET role = 'admin' WHERE name = 'ben'").execute(&pool).await.unwrap();
    sqlx::query("DELETE FROM secret_values").execute(&pool).await.unwrap();
    let count = match both.keys().retire(&at(4), &old.id()).await {
        Err(RotationError::Vouches(count)) => count,
        other => panic!("{other:?}"),
    };
    let renewed = both.keys().rewrap(&at(4), |_| ()).await.unwrap();
    assert_eq!((renewed.vouched + renewed.refused, renewed.refused), (count, 1), "ben's row stays refused");
    both.keys().retire(&at(5), &old.id()).await.unwrap();

    let after = backend_with(pool.clone(), vec![new]).await;
    assert_eq!(
        good(&after, &all).await,
        [true, true, false, false, true],
        "the link was ben's, the value is gone"
    );
    assert!(matches!(after.audit().verify(&at(6)).await, Ok(Verdict::Whole(_))));
    // Whoever still has the retired key can sign nothing with it.
    let again = backend_with(pool.clone(), keks_of(&both)).await;
    let message = crate::keyring::mac::Message::new(crate::keyring::mac::Purpose::User);
    let mac = again.0.keyring.as_ref().unwrap().mac(&old.id(), &message).unwrap();
    assert!(again.0.keyring.as_ref().unwrap().vouches(&message, Some(&mac)).is_err());
}
