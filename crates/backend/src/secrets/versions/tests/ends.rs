//! The ends of values, which a rollback brings back.

use super::{a, put, read, sign_again, token, versions};
use crate::{
    Backend, Ctx,
    tests::{at, backend, records},
};
use domain::{access::TokenScope, error::Error};
use sqlx::PgPool;

/// Returns the day of the end of `a`, or an empty text.
async fn end(backend: &Backend) -> String {
    let dates = backend.secrets().get(&at(9), &a()).await.unwrap().dates;
    dates.expires_at.map(|at| at.rfc3339()[..10].to_owned()).unwrap_or_default()
}

#[sqlx::test]
async fn roll_back_brings_the_end_of_the_value_back(pool: PgPool) {
    const DAY: i64 = 86_400;
    let backend = backend(pool.clone()).await;
    put(&backend, 1, "1", ("1970-01-10", "")).await;
    put(&backend, 2, "2", ("1970-06-01", "")).await;
    put(&backend, 3, "3", ("", "")).await;
    let roll_back = async |day: i64, number: i64| {
        backend.secrets().roll_back(&at(day * DAY), &a(), number, None, "").await.unwrap();
        end(&backend).await
    };
    assert_eq!(roll_back(4, 1).await, "1970-01-10");
    assert_eq!(roll_back(5, 3).await, "", "the third has none");
    // An end that has passed comes back, too: that value has expired.
    assert_eq!(roll_back(200, 2).await, "1970-06-01");
    let ends: Vec<_> = versions(&backend).await.iter().map(|version| version.expires_at.is_some()).collect();
    assert_eq!(ends, [true, false, true, false, true, true]);
    let recorded = records(&pool).await;
    let rolled: Vec<_> = recorded
        .iter()
        .filter_map(|record| record.split_once("value rolled back | image-a | done | "))
        .collect();
    let fields: Vec<_> = rolled.iter().map(|(_, fields)| *fields).collect();
    assert_eq!(
        fields,
        [
            "password,expires_at,from-1,to-4",
            "password,expires_at,from-3,to-5",
            "password,expires_at,from-2,to-6"
        ]
    );

    // Whoever does not want an expired value handed out does not get one by a rollback either.
    put(&backend, 201 * DAY, "7", ("1971-01-01", "on")).await;
    assert_eq!(roll_back(202, 1).await, "1970-01-10");
    let stopped = backend.secrets().credential(&at(203 * DAY), &a()).await;
    assert!(matches!(stopped, Err(Error::Expired(..))), "{stopped:?}");
    put(&backend, 203 * DAY, "9", ("1971-01-01", "on")).await;
    let reader = Ctx { now: at(203 * DAY).now, ..token(&backend, TokenScope::ReadValues).await };
    assert!(read(&backend, &reader, 7).await.is_ok(), "that ends later");
    let stopped = read(&backend, &reader, 8).await;
    assert!(matches!(stopped, Err(Error::Expired(..))), "{stopped:?}");
    // Nobody moves the end of an earlier version by the database.
    for forged in ["expires_at = '2100-01-01'", "expires_at = NULL", "end_kept = false"] {
        let forge = format!("UPDATE secret_versions SET {forged} WHERE number = 8 RETURNING number");
        let mut work = pool.begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(forge)).fetch_one(&mut *work).await.unwrap();
        work.commit().await.unwrap();
        let rejected = backend.secrets().roll_back(&at(205 * DAY), &a(), 8, None, "").await;
        assert!(matches!(rejected, Err(Error::Internal(_))), "{forged}: {rejected:?}");
        let back = "UPDATE secret_versions SET expires_at = '1970-01-10 23:59:59+00', end_kept = true WHERE number = 8";
        sqlx::query(back).execute(&pool).await.unwrap();
    }
    assert_eq!(roll_back(206, 8).await, "1970-01-10");
}

/// A server that kept no ends has left versions of which nothing is known but what their values contain.
#[sqlx::test]
async fn roll_back_to_a_version_without_a_kept_end_reads_the_end_in_the_value(pool: PgPool) {
    const DAY: i64 = 86_400;
    // {"alg":"none"} and {"exp":1000000}: 12 January 1970.
    const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDB9.c2ln";
    let backend = backend(pool.clone()).await;
    put(&backend, 1, JWT, ("", "")).await;
    put(&backend, 2, "2", ("1970-02-01", "")).await;
    put(&backend, 3, "3", ("1970-03-01", "")).await;
    let unkept = "UPDATE secret_versions SET expires_at = NULL, end_kept = false, mac = decode(repeat('00', 40), 'hex') \
                  WHERE mac IS NOT NULL";
    sqlx::query(unkept).execute(&pool).await.unwrap();
    sign_again(&backend, &pool).await;
    let roll_back = async |day: i64, number: i64| {
        backend.secrets().roll_back(&at(day * DAY), &a(), number, None, "").await.unwrap();
        end(&backend).await
    };
    assert_eq!(roll_back(4, 2).await, "1970-03-01", "an end that lies ahead stays");
    assert_eq!(roll_back(5, 1).await, "1970-01-12");
    assert_eq!(roll_back(20, 2).await, "", "and one that has passed goes");
}
