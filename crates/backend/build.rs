//! Has the crate compiled again whenever the description of its SQL, or the schema, is another one.

fn main() {
    println!("cargo:rerun-if-changed=.sqlx");
    println!("cargo:rerun-if-changed=migrations");
}
