//! The SQL about versions with one value.

use sqlx::PgConnection;
use uuid::Uuid;

/// Returns whether these versions of a secret have one value, because one was rolled back to the other, or both to a third.
pub(super) async fn have_same_value(
    connection: &mut PgConnection,
    secret: Uuid,
    numbers: [i64; 2],
) -> Result<bool, sqlx::Error> {
    // A version is rolled back to an earlier one, so this ends.
    sqlx::query_scalar!(
        "WITH RECURSIVE origins AS ( \
             SELECT number, rolled_back_from FROM secret_versions WHERE secret_id = $1 AND number = ANY($2) \
             UNION SELECT earlier.number, earlier.rolled_back_from FROM origins JOIN secret_versions AS earlier \
                 ON earlier.secret_id = $1 AND earlier.number = origins.rolled_back_from \
                 AND earlier.number < origins.number) \
         SELECT count(*) = 1 AS \"same!\" FROM origins WHERE rolled_back_from IS NULL",
        secret,
        &numbers[..]
    )
    .fetch_one(connection)
    .await
}
