//! Reads a file of messages.

use crate::{
    message::{Message, Piece},
    mistake::{Mistake, mistake},
};
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey},
    parser::parse,
};

/// The tags that stand alone, and whether each ends something.
const TAGS: [(&str, bool); 5] =
    [("<b>", false), ("</b>", true), ("<code>", false), ("</code>", true), ("</a>", true)];

/// The beginning of a link's tag, before its address.
const LINK: &str = "<a href=\"";

/// The end of a link's tag, after its address.
const LINK_END: &str = "\">";

/// The plural categories of CLDR but `other`.
const CATEGORIES: [&str; 5] = ["zero", "one", "two", "few", "many"];

/// Words of Rust that cannot name a placeholder.
const KEYWORDS: [&str; 26] = [
    "as", "async", "await", "break", "const", "continue", "crate", "else", "enum", "false", "fn", "for",
    "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "self", "type", "use",
];

/// Returns the messages of a file, and adds what is wrong with it.
pub(crate) fn messages(
    file: &str,
    text: &str,
    between_lines: &str,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Message> {
    let resource = parse(text).unwrap_or_else(|(resource, errors)| {
        for error in errors {
            let line = text[..error.pos.start.min(text.len())].matches('\n').count() + 1;
            mistakes.push(mistake(file, line, "", format!("syntax: {}", error.kind)));
        }
        resource
    });
    let mut found = Vec::new();
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Term(term) => {
                mistakes.push(mistake(file, 1, term.id.name, "terms are not supported"));
                continue;
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => {
                continue;
            }
        };
        let id = message.id.name;
        let line = line_of(text, id);
        let mut wrong = |what: String| mistakes.push(mistake(file, line, id, what));
        if !message.attributes.is_empty() {
            wrong("attributes are not supported".to_owned());
        }
        if id.bytes().any(|byte| byte == b'_' || byte.is_ascii_uppercase()) {
            wrong("an id has lowercase letters, digits and hyphens".to_owned());
        }
        let Some(pattern) = message.value else {
            wrong("has no text".to_owned());
            continue;
        };
        match pieces(&pattern, between_lines) {
            Ok(pieces) => {
                found.push(Message { id: id.to_owned(), file: file.to_owned(), line, pieces });
            }
            Err(what) => wrong(what),
        }
    }
    found
}

/// Returns the last line on which a message with this id begins, from 1 on.
fn line_of(text: &str, id: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(id).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().enumerate().filter(|(_, line)| begins(line)).last().map_or(1, |(at, _)| at + 1)
}

fn pieces(pattern: &Pattern<&str>, between_lines: &str) -> Result<Vec<Piece>, String> {
    let mut raw = Vec::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => add_text(&mut raw, &value.replace('\n', between_lines)),
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(inline) => match literal(inline) {
                    Some(text) => add_text(&mut raw, text),
                    None => raw.push(placeholder(inline)?),
                },
                Expression::Select { selector, variants } => {
                    raw.push(plural(selector, variants, between_lines)?);
                }
            },
        }
    }
    let pieces = with_tags(raw)?;
    balanced(&pieces)?;
    Ok(pieces)
}

/// Appends text to the last piece, if that is text.
fn add_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Returns the text of a literal: `{ "{" }`.
fn literal<'a>(inline: &InlineExpression<&'a str>) -> Option<&'a str> {
    match inline {
        InlineExpression::StringLiteral { value } if !value.contains('\\') => Some(value),
        _ => None,
    }
}

/// Returns a placeholder: `{ $name }`, `{ NUMBER($name) }` for a number that selects no form, or `{ MARKUP($name) }`.
fn placeholder(inline: &InlineExpression<&str>) -> Result<Piece, String> {
    match inline {
        InlineExpression::FunctionReference { id, arguments } => {
            match (id.name, &arguments.positional[..], arguments.named.is_empty()) {
                ("NUMBER", [number], true) => Ok(Piece::Number(variable(number)?)),
                ("MARKUP", [markup], true) => Ok(Piece::Markup(variable(markup)?)),
                _ => Err("the functions are `NUMBER($name)` and `MARKUP($name)`".to_owned()),
            }
        }
        other => Ok(Piece::Placeholder(variable(other)?)),
    }
}

fn variable(inline: &InlineExpression<&str>) -> Result<String, String> {
    let InlineExpression::VariableReference { id } = inline else {
        return Err(
            "only placeholders such as `{ $name }` and literals such as `{ \"{\" }` are supported".to_owned()
        );
    };
    let name = id.name.replace('-', "_");
    if KEYWORDS.contains(&name.as_str()) {
        return Err(format!("`{name}` is a word of Rust: choose another name for the placeholder"));
    }
    Ok(name)
}

fn plural(
    selector: &InlineExpression<&str>,
    variants: &[Variant<&str>],
    between_lines: &str,
) -> Result<Piece, String> {
    let of = variable(selector)?;
    let (mut exactly, mut categories, mut other) = (Vec::new(), Vec::new(), None);
    for variant in variants {
        let pieces = pieces(&variant.value, between_lines)?;
        match variant.key {
            VariantKey::NumberLiteral { value } => {
                let number = value.parse().map_err(|_| format!("`{value}` is not a whole number"))?;
                exactly.push((number, pieces));
            }
            VariantKey::Identifier { name: "other" } => other = Some(pieces),
            VariantKey::Identifier { name } => {
                let known = CATEGORIES.into_iter().find(|known| *known == name);
                categories.push((known.ok_or_else(|| format!("`{name}` is no plural category"))?, pieces));
            }
        }
        if variant.default && variant.key != (VariantKey::Identifier { name: "other" }) {
            return Err("the default variant is `*[other]`".to_owned());
        }
    }
    let other = other.ok_or("the default variant is `*[other]`")?;
    Ok(Piece::Plural { of, exactly, categories, other })
}

/// Splits the texts at their tags.
fn with_tags(raw: Vec<Piece>) -> Result<Vec<Piece>, String> {
    let mut found = Vec::new();
    let mut raw = raw.into_iter().peekable();
    while let Some(piece) = raw.next() {
        let Piece::Text(text) = piece else {
            found.push(piece);
            continue;
        };
        let mut rest = text.as_str();
        if let Some(Piece::Link(_)) = found.last() {
            rest = rest.strip_prefix(LINK_END).ok_or("a link is written `<a href=\"{ $address }\">`")?;
        }
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            if !before.is_empty() {
                found.push(Piece::Text(before.to_owned()));
            }
            if let Some((known, _)) = TAGS.into_iter().find(|(known, _)| tag.starts_with(known)) {
                found.push(Piece::Tag(known));
                rest = &tag[known.len()..];
            } else if tag == LINK
                && let Some(Piece::Placeholder(address)) =
                    raw.next_if(|next| matches!(next, Piece::Placeholder(_)))
            {
                found.push(Piece::Link(address));
                rest = "";
                if !matches!(raw.peek(), Some(Piece::Text(_))) {
                    return Err("a link is written `<a href=\"{ $address }\">`".to_owned());
                }
            } else {
                return Err("the tags are <b>, <code> and <a href=\"{ $address }\">".to_owned());
            }
        }
        if !rest.is_empty() {
            found.push(Piece::Text(rest.to_owned()));
        }
    }
    Ok(found)
}

/// Checks that each tag is ended, in the right order.
fn balanced(pieces: &[Piece]) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Link(_) => open.push("a>"),
            Piece::Tag(tag) => match tag.strip_prefix("</") {
                Some(ended) if open.last() == Some(&ended) => drop(open.pop()),
                Some(_) => return Err(format!("{tag} ends nothing")),
                None => open.push(&tag[1..]),
            },
            _ => {}
        }
    }
    match open.pop() {
        Some(tag) => Err(format!("<{tag} is not ended")),
        None => Ok(()),
    }
}
