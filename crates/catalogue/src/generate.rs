//! Writes the module of Rust: for each message a function, and for its placeholders a struct of the same name.

use crate::message::{Kind, Message, Messages, Piece};
use std::{collections::BTreeMap, fmt::Write};

/// Returns the module, from each language's variant and messages. All languages have the same messages.
pub(crate) fn module(columns: &[(&str, Messages)]) -> String {
    let mut module = String::new();
    let ids = columns.first().map(|(_, messages)| messages.keys()).into_iter().flatten();
    for id in ids {
        let row: Vec<(&str, &Message)> =
            columns.iter().filter_map(|(variant, messages)| Some((*variant, messages.get(id)?))).collect();
        function(&mut module, id, &row);
    }
    module
}

/// Writes the function of one message.
fn function(module: &mut String, id: &str, row: &[(&str, &Message)]) {
    let name = id.replace('-', "_");
    let mut placeholders = BTreeMap::new();
    for (placeholder, kind) in row.iter().flat_map(|(_, message)| message.placeholders()) {
        let known = placeholders.entry(placeholder).or_insert(kind);
        *known = (*known).max(kind);
    }
    let is_markup = row.iter().any(|(_, message)| !message.tags().is_empty());
    let answer = match (is_markup, placeholders.is_empty()) {
        (true, _) => "super::Markup",
        (false, true) => "&'static str",
        (false, false) => "String",
    };
    for line in row.first().map(|(_, message)| source(message)).unwrap_or_default().lines() {
        line_of(module, &format!("/// {line}"));
    }
    if placeholders.is_empty() {
        line_of(module, &format!("pub(crate) fn {name}(language: super::Language) -> {answer} {{"));
    } else {
        parameters(module, &name, &placeholders, is_markup, answer);
    }
    line_of(module, "match language {");
    for (variant, message) in row {
        line_of(module, &format!("super::Language::{variant} => {{"));
        body(module, message, &placeholders, is_markup);
        line_of(module, "}");
    }
    line_of(module, "}\n}");
}

/// Writes the struct of the placeholders, and the head of the function.
fn parameters(
    module: &mut String,
    name: &str,
    placeholders: &BTreeMap<String, Kind>,
    is_markup: bool,
    answer: &str,
) {
    let names = placeholders.keys().cloned().collect::<Vec<_>>().join(", ");
    let generics: Vec<String> = (0..placeholders.len()).map(|number| format!("T{number}")).collect();
    let generics = generics.join(", ");
    line_of(module, &format!("#[derive(Clone, Copy)]\npub(crate) struct {name}<{generics}> {{"));
    for (number, placeholder) in placeholders.keys().enumerate() {
        line_of(module, &format!("pub(crate) {placeholder}: T{number},"));
    }
    line_of(module, "}");
    let bounds: Vec<String> = placeholders
        .values()
        .enumerate()
        .map(|(number, kind)| {
            let bound = match (kind, is_markup) {
                (Kind::Number, _) => "super::Number",
                (Kind::Text, true) => "super::Part",
                (Kind::Address, _) | (Kind::Text, false) => "super::Display",
            };
            format!("T{number}: {bound}")
        })
        .collect();
    line_of(
        module,
        &format!(
            "pub(crate) fn {name}<{}>(language: super::Language, placeholders: {name}<{generics}>) -> {answer} {{",
            bounds.join(", ")
        ),
    );
    line_of(module, &format!("let {name} {{ {names} }} = placeholders;"));
    for (placeholder, _) in placeholders.iter().filter(|(_, kind)| **kind == Kind::Number) {
        line_of(module, &format!("let {placeholder} = {placeholder}.number();"));
    }
}

/// Writes what the function returns in one language.
fn body(module: &mut String, message: &Message, placeholders: &BTreeMap<String, Kind>, is_markup: bool) {
    if placeholders.is_empty() {
        let text = fixed(&message.pieces, is_markup);
        let answer = if is_markup { format!("super::Markup::fixed({text:?})") } else { format!("{text:?}") };
        line_of(module, &answer);
        return;
    }
    line_of(module, "let mut text = String::new();");
    pieces(module, &message.pieces, placeholders, is_markup);
    line_of(module, if is_markup { "super::Markup::of(text)" } else { "text" });
}

/// Returns the text of a message without placeholders.
fn fixed(pieces: &[Piece], is_markup: bool) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(&escaped(plain, is_markup)),
            Piece::Tag(tag) => text.push_str(tag),
            Piece::Link(_)
            | Piece::Placeholder(_)
            | Piece::Number(_)
            | Piece::Markup(_)
            | Piece::Plural { .. } => {}
        }
    }
    text
}

fn pieces(module: &mut String, all: &[Piece], placeholders: &BTreeMap<String, Kind>, is_markup: bool) {
    for piece in all {
        match piece {
            Piece::Text(text) => {
                line_of(module, &format!("text.push_str({:?});", escaped(text, is_markup)));
            }
            Piece::Tag(tag) => line_of(module, &format!("text.push_str({tag:?});")),
            Piece::Link(address) => line_of(module, &format!("super::link(&mut text, &{address});")),
            Piece::Number(name) | Piece::Placeholder(name) | Piece::Markup(name) => {
                let call = match (placeholders.get(name), is_markup) {
                    (Some(Kind::Number), _) => format!("text.push_str(&super::grouped({name}));"),
                    (_, true) => format!("{name}.write(&mut text);"),
                    (_, false) => format!("super::show(&mut text, &{name});"),
                };
                line_of(module, &call);
            }
            Piece::Plural { of, exactly, categories, other } => {
                line_of(module, &format!("match ({of}, super::plural(language, {of})) {{"));
                for (number, case) in exactly {
                    line_of(module, &format!("({number}, _) => {{"));
                    pieces(module, case, placeholders, is_markup);
                    line_of(module, "}");
                }
                for (category, case) in categories {
                    let capital = category[..1].to_uppercase();
                    line_of(module, &format!("(_, super::Plural::{capital}{}) => {{", &category[1..]));
                    pieces(module, case, placeholders, is_markup);
                    line_of(module, "}");
                }
                line_of(module, "_ => {");
                pieces(module, other, placeholders, is_markup);
                line_of(module, "}\n}");
            }
        }
    }
}

/// Returns the text as it stands in HTML, if it is markup.
fn escaped(text: &str, is_markup: bool) -> String {
    if is_markup { text.replace('&', "&amp;").replace('>', "&gt;") } else { text.to_owned() }
}

/// Returns the message for the documentation of its function.
fn source(message: &Message) -> String {
    let mut text = String::new();
    for piece in &message.pieces {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Placeholder(name)
            | Piece::Number(name)
            | Piece::Markup(name)
            | Piece::Plural { of: name, .. } => {
                text.push_str("{ $");
                text.push_str(name);
                text.push_str(" }");
            }
            Piece::Tag(_) | Piece::Link(_) => {}
        }
    }
    text
}

fn line_of(module: &mut String, line: &str) {
    // Writing to a text does not fail.
    _ = writeln!(module, "{line}");
}
