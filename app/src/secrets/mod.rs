//! The Secrets pages: list, add, edit, delete.

#[cfg(feature = "ssr")]
pub mod actions;
pub mod api;
#[cfg(feature = "ssr")]
pub mod confirmation;
#[cfg(feature = "ssr")]
pub mod consumers;
#[cfg(feature = "ssr")]
pub mod dates;
pub mod delete;
#[cfg(feature = "ssr")]
pub mod deleted;
#[cfg(feature = "ssr")]
pub mod draft;
pub mod form;
pub mod form_fields;
#[cfg(feature = "ssr")]
pub mod form_parts;
#[cfg(feature = "ssr")]
pub mod imported_from;
pub mod input;
#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod list_controls;
#[cfg(feature = "ssr")]
pub mod list_rows;
#[cfg(feature = "ssr")]
pub mod load;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod post;
#[cfg(feature = "ssr")]
pub mod selection;
pub mod server_markup;
#[cfg(feature = "ssr")]
pub mod view;

#[cfg(feature = "ssr")]
use domain::page::ListQuery;
#[cfg(feature = "ssr")]
use domain::secret::SecretId;

#[cfg(feature = "ssr")]
pub use crate::addresses::LIST;
pub use crate::addresses::secret_address;

/// Returns the address of the list with this query.
#[cfg(feature = "ssr")]
pub fn list_address(query: &ListQuery) -> String {
    match query.to_query_string().as_str() {
        "" => LIST.to_owned(),
        query => format!("{LIST}?{query}"),
    }
}

/// Adds the list's query to the address of a page that returns to it.
#[cfg(feature = "ssr")]
pub fn with_list(address: String, list_query: &str) -> String {
    let sign = if address.contains('?') { '&' } else { '?' };
    if list_query.is_empty() {
        address
    } else {
        format!("{address}{sign}list={}", domain::percent::encode(list_query))
    }
}

/// Returns the address of the list that the person came from, carried in the query of this address so that
/// Cancel returns to the same place. Any text there is parsed as a list query, so it cannot lead anywhere
/// else.
#[cfg(feature = "ssr")]
pub fn list_before(query: &str) -> String {
    list_address(&ListQuery::parse(&crate::ssr::parameter(query, "list").unwrap_or_default()))
}

/// Returns the address of a page about the secret, or of its own page if the part is empty. It carries the list in the query of
/// the current page, so that the filters of the list survive the way through the pages of a secret.
#[cfg(feature = "ssr")]
pub fn page_of(id: &SecretId, part: &str, query: &str) -> String {
    let own = secret_address(id);
    let address = if part.is_empty() { own } else { format!("{own}/{part}") };
    with_list(address, &crate::ssr::parameter(query, "list").unwrap_or_default())
}

/// Returns the same of a page that returns to the secret's own page.
#[cfg(feature = "ssr")]
pub fn from_secret(id: &SecretId, part: &str, query: &str) -> String {
    page_of(id, &format!("{part}?from=secret"), query)
}

/// Returns the same of a page that returns to wherever the current page does.
#[cfg(feature = "ssr")]
pub fn page_beside(id: &SecretId, part: &str, query: &str) -> String {
    if is_from_secret(query) { from_secret(id, part, query) } else { page_of(id, part, query) }
}

/// Returns whether the person came from the page of the secret.
#[cfg(feature = "ssr")]
pub fn is_from_secret(query: &str) -> bool {
    crate::ssr::parameter(query, "from").is_some_and(|from| from == "secret")
}

/// Returns the address of the place that the person came from, carried in the query of this address: the page of the secret,
/// or the list.
#[cfg(feature = "ssr")]
pub fn place_before(query: &str, id: &SecretId) -> String {
    if is_from_secret(query) { page_of(id, "", query) } else { list_before(query) }
}

/// Returns the label of the link back to that place.
#[cfg(feature = "ssr")]
pub fn back_label(query: &str) -> &'static str {
    if is_from_secret(query) { t!(secret_back) } else { t!(secret_back_to_list) }
}
