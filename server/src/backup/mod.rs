//! Backups: made, verified and restored by PostgreSQL's own tools, in one file that has no key in it.

mod archive;
mod client;
mod failure;
mod make;
mod manifest;
mod place;
mod proof;
mod restore;
mod upgrade;

pub use make::backup;
pub use restore::restore;
pub use upgrade::upgrade;
