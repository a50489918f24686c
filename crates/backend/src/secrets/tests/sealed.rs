//! Servers with the wrong key, and with different ones.

use super::{id, image, new, password, update};
use crate::{
    Kek, Readiness,
    tests::{at, records, with_key},
};
use domain::{error::Error, page::ListQuery, secret::SecretKind};
use sqlx::PgPool;

#[sqlx::test]
async fn start_with_another_key_seals_portal_and_writes_nothing(pool: PgPool) {
    let right = Kek::generate().unwrap();
    let open = with_key(pool.clone(), right.clone()).await;
    open.secrets().create(&at(1), new(image("a", "pw")), None).await.unwrap();
    assert_eq!(open.ready().await, Readiness::Ready);
    let sealed = with_key(pool.clone(), Kek::generate().unwrap()).await;
    assert_eq!(sealed.ready().await, Readiness::Sealed);
    let a = id("image-a");
    for outcome in [
        sealed.secrets().list(&at(3), &ListQuery::default()).await.map(drop),
        sealed.secrets().get(&at(3), &a).await.map(drop),
        sealed.secrets().create(&at(3), new(image("b", "pw")), None).await.map(drop),
        sealed.secrets().update(&at(3), &a, update(SecretKind::ImagePull, image("", "x")), 1).await.map(drop),
        sealed.secrets().delete(&at(3), &a, "").await.map(drop),
        sealed.secrets().credential(&at(3), &a).await.map(drop),
        sealed.secrets().seed(&at(3), 10).await,
    ] {
        assert_eq!(outcome, Err(Error::Sealed));
    }
    assert_eq!(records(&pool).await.len(), 1);
    let again = with_key(pool, right).await;
    assert_eq!(password(&again, "image-a").await, "pw");
}

#[sqlx::test]
async fn start_opens_one_of_concurrent_servers_with_different_keys(pool: PgPool) {
    let starts: Vec<_> =
        (0..8).map(|_| tokio::spawn(with_key(pool.clone(), Kek::generate().unwrap()))).collect();
    let mut open = 0;
    for start in starts {
        open += usize::from(start.await.unwrap().ready().await == Readiness::Ready);
    }
    assert_eq!(open, 1);
}
