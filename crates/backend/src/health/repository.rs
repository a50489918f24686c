//! One round trip.

use sqlx::PgPool;

pub(super) async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT").execute(pool).await.map(drop)
}
