//! Forms that are tested before they are stored.

use super::{add, backend, cause, id, image, listed, try_form};
use crate::{
    connection_tests::tests::peers::{Guard, PASSWORD, Registry},
    tests::{at, records, somebody},
};
use domain::{
    access::Role,
    connection_test::TestCause,
    error::Error,
    secret::{ConnectionTest, NewSecret, SecretDraft, SecretKind, SecretUpdate},
};
use sqlx::PgPool;

#[sqlx::test]
async fn typed_keeps_result_only_for_stored_contents(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    registry.put("group/app", "1.0");
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let with_image = |image: &str, draft| SecretDraft { image: image.to_owned(), ..draft };
    let report = try_form(&backend, None, with_image("group/app:1.0", image("new", &host, PASSWORD))).await;
    assert_eq!(report.cause, TestCause::ImageFound);
    assert_eq!(listed(&backend, "").await, [""; 0], "a test saves nothing");

    add(&backend, with_image("group/app:2.0", image("a", &host, PASSWORD))).await;
    // A new value that is only tested.
    assert_eq!(
        try_form(&backend, Some("image-a"), image("", &host, "x")).await.cause,
        TestCause::WrongPassword
    );
    // The stored value on another image.
    let other = with_image("group/app:1.0", image("", &host, ""));
    assert_eq!(try_form(&backend, Some("image-a"), other).await.cause, TestCause::ImageFound);
    assert_eq!(cause(&backend, "image-a").await, TestCause::NeverTested);
    // All of it as it is stored.
    let same = with_image(&format!("{host}/group/app:2.0"), image("", &host, ""));
    assert_eq!(try_form(&backend, Some("image-a"), same).await.cause, TestCause::NoAccessToImage);
    assert_eq!(cause(&backend, "image-a").await, TestCause::NoAccessToImage);
    assert_eq!(records(&pool).await[0], "editor | connection tested | new secret | done | ");

    let git = ConnectionTest::parse(SecretKind::GitDataset, SecretDraft::default(), true).unwrap();
    let refused = backend.connection_tests().typed(&at(6), Some(&id("image-a")), git.clone()).await;
    assert_eq!(refused, Err(Error::BadRequest));
    assert_eq!(backend.connection_tests().typed(&at(6), None, git).await, Err(Error::BadRequest));
}

#[sqlx::test]
async fn test_that_a_form_keeps_is_one_past_test(pool: PgPool) {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let backend = backend(&pool, &[&host]).await;
    let editor = somebody(Role::Editor, 3);
    let tried = |draft, secret: Option<&str>| {
        let test = ConnectionTest::parse(SecretKind::ImagePull, draft, secret.is_some()).unwrap();
        (test, secret.map(id))
    };
    let (test, _) = tried(image("kept", &host, PASSWORD), None);
    let tests = backend.connection_tests();
    let (_, ticket) = tests.typed_with_ticket(&editor, None, test).await.unwrap();
    let new = NewSecret::parse(image("kept", &host, PASSWORD)).unwrap();
    let kept = backend.secrets().create_tested(&editor, new, None, &ticket.unwrap()).await.unwrap();
    let past = async || backend.secrets().view(&at(9), &kept).await.unwrap().tests;
    assert_eq!(past().await.len(), 1);
    for second in 4..32 {
        tests.stored(&at(second), &kept).await.unwrap();
    }

    // Kept for the stored secret at once, and again when the form with another display name is saved.
    let renamed = SecretDraft { display_name: "Kept".to_owned(), ..image("", &host, "") };
    let (test, secret) = tried(renamed.clone(), Some("image-kept"));
    let later = somebody(Role::Editor, 40);
    let (_, ticket) = tests.typed_with_ticket(&later, secret.as_ref(), test).await.unwrap();
    assert_eq!(past().await.len(), 30);
    let update = SecretUpdate::parse(SecretKind::ImagePull, renamed).unwrap();
    backend.secrets().update_tested(&later, &kept, update, 1, &ticket.unwrap()).await.unwrap();
    let tests = past().await;
    assert_eq!((tests.len(), tests[0].cause), (30, TestCause::RegistryOpened));
    assert_eq!(cause(&backend, "image-kept").await, TestCause::RegistryOpened);
}
