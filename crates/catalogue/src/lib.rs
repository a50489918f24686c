//! Compiles the texts of pages to Rust when `app` is built: a function per message, a branch per language. A text that one
//! language lacks, a superfluous one, other placeholders or other markup fail the build; so does an unused text, because its
//! function is dead code.
//!
//! A catalogue is a folder with a folder per language, and in it a file per feature in Fluent syntax, of which it takes messages
//! with placeholders and plural selectors, and the tags `<b>`, `<code>` and `<a href="{ $address }">`.

mod compare;
mod generate;
mod message;
mod mistake;
mod pseudo;
mod read;

pub use mistake::Mistake;

use message::Messages;
use mistake::mistake;
use std::{collections::BTreeMap, fs, io, path::Path};

/// A language of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// The name of its folder.
    pub folder: &'static str,
    /// Its variant of the enum `Language`.
    pub variant: &'static str,
    /// The text between two lines of a message.
    pub between_lines: &'static str,
}

/// The languages of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Languages<'a> {
    /// The language that is written first, and that the others are compared with.
    pub first: Language,
    /// The others.
    pub others: &'a [Language],
    /// The variant of the pseudo-language, which is made from the first one.
    pub pseudo: &'static str,
}

/// Compiles the catalogue in this folder to a module of Rust.
///
/// Errors: all mistakes, in the order of their places.
pub fn compile(folder: &Path, languages: Languages<'_>) -> Result<String, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let first = messages(folder, languages.first, &mut mistakes);
    let mut columns = vec![(languages.first.variant, first)];
    for language in languages.others {
        let other = messages(folder, *language, &mut mistakes);
        compare::compare(&columns[0].1, &other, languages.first.folder, language.folder, &mut mistakes);
        columns.push((language.variant, other));
    }
    if !mistakes.is_empty() {
        mistakes.sort();
        mistakes.dedup();
        return Err(mistakes);
    }
    let pseudo = columns[0].1.iter().map(|(id, message)| (id.clone(), pseudo::message(message)));
    columns.push((languages.pseudo, pseudo.collect()));
    Ok(generate::module(&columns))
}

/// Reads all files of a language.
fn messages(folder: &Path, language: Language, mistakes: &mut Vec<Mistake>) -> Messages {
    let mut messages = Messages::new();
    let files = match files(&folder.join(language.folder)) {
        Ok(files) => files,
        Err(error) => {
            mistakes.push(mistake(language.folder, 0, "", format!("cannot be read: {error}")));
            return messages;
        }
    };
    for (name, text) in files {
        let file = format!("{}/{name}.ftl", language.folder);
        for message in read::messages(&file, &text, language.between_lines, mistakes) {
            let own = message.id == name || message.id.starts_with(&format!("{name}-"));
            if !own {
                let what = format!("an id in this file begins with `{name}-`");
                mistakes.push(mistake(&file, message.line, &message.id, what));
            }
            if let Some(before) = messages.get(&message.id) {
                let what = format!("is a duplicate: {}:{}", before.file, before.line);
                mistakes.push(mistake(&file, message.line, &message.id, what));
            } else {
                messages.insert(message.id.clone(), message);
            }
        }
    }
    messages
}

/// Returns the names, without their ending, and the texts of the files of a folder.
fn files(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ftl")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            files.insert(name.to_owned(), fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
