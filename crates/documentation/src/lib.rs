//! Compiles the documents in docs/ to HTML, for the help pages of the portal.
//!
//! The index, `docs/README.md`, says which documents there are and how they are grouped: each list under a heading
//! of level 2 is a group, and each item `[Title](file.md): about` a document. The index itself is the first one.

mod index;
mod links;
mod render;

pub use index::{Entry, Group, index};
pub use links::Keys;
pub use render::{Rendered, render};

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

/// The path of the index in the repository.
const INDEX: &str = "docs/README.md";

/// The key of the index, which is the last part of its address.
const INDEX_KEY: &str = "documentation";

/// Compiles the documents of the repository in this folder to a Rust module: `GROUPS`, of type `&[Group]`, and `INDEX`, of type
/// `Document`, both of which the module that includes it declares.
///
/// Errors: one line for each mistake, with the path of the document.
pub fn compile(root: &Path) -> Result<String, Vec<String>> {
    let mut mistakes = Vec::new();
    let text = read(root, INDEX, &mut mistakes);
    let groups = index(&text);
    let mut keys: Keys = groups.iter().flat_map(|group| &group.entries).map(Entry::place).collect();
    if keys.values().collect::<BTreeSet<_>>().len() < keys.len() {
        mistakes.push(format!("{INDEX}: two documents have one name"));
    }
    keys.insert(INDEX.to_owned(), INDEX_KEY.to_owned());
    mistakes.extend(unlisted(root, &keys));

    let mut module = String::from("pub static GROUPS: &[Group] = &[\n");
    for group in &groups {
        let _ = writeln!(module, "    Group {{ title: {:?}, documents: &[", group.title);
        for entry in &group.entries {
            let text = read(root, &entry.path, &mut mistakes);
            document(&mut module, entry, &render(&text, &entry.path, &keys), &mut mistakes);
            module.push_str(",\n");
        }
        module.push_str("    ] },\n");
    }
    module.push_str("];\n\npub static INDEX: Document = ");
    let entry = Entry {
        path: INDEX.to_owned(),
        key: INDEX_KEY.to_owned(),
        title: String::new(),
        about: String::new(),
    };
    document(&mut module, &entry, &render(&text, INDEX, &keys), &mut mistakes);
    module.push_str(";\n");
    if mistakes.is_empty() { Ok(module) } else { Err(mistakes) }
}

/// Writes a document as an expression.
fn document(module: &mut String, entry: &Entry, rendered: &Rendered, mistakes: &mut Vec<String>) {
    mistakes.extend(rendered.mistakes.iter().map(|mistake| format!("{}: {mistake}", entry.path)));
    let title = if entry.title.is_empty() { &rendered.title } else { &entry.title };
    let _ = write!(
        module,
        "Document {{ key: {:?}, title: {title:?}, about: {:?}, html: {:?} }}",
        entry.key, entry.about, rendered.html
    );
}

/// Returns the text of a document, or an empty one and a mistake.
fn read(root: &Path, path: &str, mistakes: &mut Vec<String>) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| {
        mistakes.push(format!("{path}: {error}"));
        String::new()
    })
}

/// Returns a mistake for each document in docs/ that the index does not name.
fn unlisted(root: &Path, keys: &Keys) -> Vec<String> {
    let Ok(files) = fs::read_dir(root.join("docs")) else {
        return vec!["docs/: there is no such folder".to_owned()];
    };
    let mut missing: Vec<String> = files
        .filter_map(|file| Some(format!("docs/{}", file.ok()?.file_name().to_str()?)))
        .filter(|path| Path::new(path).extension().is_some_and(|end| end == "md") && !keys.contains_key(path))
        .map(|path| format!("{INDEX}: does not list {path}"))
        .collect();
    missing.sort();
    missing
}

#[cfg(test)]
mod tests;
