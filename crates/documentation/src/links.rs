//! Links between documents, and the help pages that they lead to.

use std::collections::BTreeMap;

/// The documents that links lead to: the path of each in the repository, and its key.
pub type Keys = BTreeMap<String, String>;

/// Returns where a link in the document with this path leads in the portal, or nothing if the portal does not show that file.
pub(crate) fn target(path: &str, link: &str, keys: &Keys) -> Result<Option<String>, String> {
    if link.starts_with("https://") || link.starts_with("http://") || link.starts_with('#') {
        return Ok(Some(link.to_owned()));
    }
    let (file, anchor) = resolved(path, link);
    if file == "docs/openapi.json" {
        return Ok(Some("/api/openapi.json".to_owned()));
    }
    if let Some(key) = keys.get(&file) {
        return Ok(Some(format!("/help/{key}{anchor}")));
    }
    // Of documents, only those beside the code are not shown.
    if file.starts_with("docs/") {
        Err(format!("links to {link}, which the index does not name"))
    } else {
        Ok(None)
    }
}

/// Returns the path in the repository that a link in the document with this path leads to, and its anchor with `#`, if any.
pub(crate) fn resolved(path: &str, link: &str) -> (String, String) {
    let (file, anchor) = link.find('#').map_or((link, ""), |at| link.split_at(at));
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    (parts.join("/"), anchor.to_owned())
}
