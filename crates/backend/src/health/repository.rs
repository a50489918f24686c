//! One round trip.

use sqlx::PgConnection;

pub(super) async fn ping(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT").execute(connection).await.map(drop)
}
