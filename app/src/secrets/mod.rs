//! The Secrets pages: list, add, edit, delete.

#[cfg(feature = "ssr")]
pub mod actions;
pub mod api;
pub mod delete;
pub mod form;
pub mod form_fields;
pub mod input;
pub mod list;
pub mod list_controls;
pub mod pages;

use domain::{page::ListQuery, secret::SecretId};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The address of the list.
pub const LIST: &str = "/secrets";

/// The address of the list with this query.
pub fn list_address(query: &str) -> String {
    if query.is_empty() { LIST.to_owned() } else { format!("{LIST}?{query}") }
}

/// The id in the address, where it has the form of one.
fn id_in_address() -> Memo<Option<SecretId>> {
    let params = use_params_map();
    Memo::new(move |_| SecretId::parse(&params.read().get("id")?))
}

/// The query of the list one came from, carried along in the address so that Cancel leads back to the same place.
/// Whatever stands there is read as a list query, so it cannot lead anywhere else.
fn list_before() -> String {
    let carried = use_query_map().read_untracked().get("list").unwrap_or_default();
    ListQuery::parse(&carried).to_query_string()
}

/// Adds the list's query to the address of a page that comes back to it.
fn with_list(address: String, list_query: &str) -> String {
    if list_query.is_empty() {
        address
    } else {
        format!("{address}?list={}", domain::percent::encode(list_query))
    }
}
