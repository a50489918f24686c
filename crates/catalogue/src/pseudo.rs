//! The pseudo-language: the first language with accents, longer by 40 per cent, and in brackets. It shows texts that are cut, and
//! texts that are not in the catalogue.

use crate::message::{Message, Piece};

/// The letters that are accented, and what each becomes.
const ACCENTS: [(char, char); 20] = [
    ('a', 'à'),
    ('b', 'ƀ'),
    ('c', 'ç'),
    ('d', 'ð'),
    ('e', 'é'),
    ('g', 'ĝ'),
    ('h', 'ĥ'),
    ('i', 'î'),
    ('l', 'ĺ'),
    ('n', 'ñ'),
    ('o', 'ö'),
    ('r', 'ŕ'),
    ('s', 'š'),
    ('t', 'ţ'),
    ('u', 'û'),
    ('y', 'ý'),
    ('A', 'Å'),
    ('E', 'É'),
    ('O', 'Ö'),
    ('S', 'Š'),
];

/// The words that lengthen a text.
const FILLER: &str = "ĺöñĝéŕ";

/// Returns the message in the pseudo-language.
pub(crate) fn message(message: &Message) -> Message {
    let mut pieces = vec![Piece::Text("[".to_owned())];
    pieces.extend(message.pieces.iter().map(accented));
    pieces.push(Piece::Text(format!("{}]", filler(length(&message.pieces)))));
    Message { pieces, ..message.clone() }
}

fn accented(piece: &Piece) -> Piece {
    let all = |pieces: &[Piece]| pieces.iter().map(accented).collect::<Vec<_>>();
    match piece {
        Piece::Text(text) => Piece::Text(text.chars().map(accent).collect()),
        Piece::Plural { of, exactly, categories, other } => Piece::Plural {
            of: of.clone(),
            exactly: exactly.iter().map(|(number, pieces)| (*number, all(pieces))).collect(),
            categories: categories.iter().map(|(category, pieces)| (*category, all(pieces))).collect(),
            other: all(other),
        },
        other => other.clone(),
    }
}

fn accent(letter: char) -> char {
    ACCENTS.into_iter().find(|(plain, _)| *plain == letter).map_or(letter, |(_, accented)| accented)
}

fn length(pieces: &[Piece]) -> usize {
    let of = |piece: &Piece| match piece {
        Piece::Text(text) => text.chars().count(),
        Piece::Plural { other, .. } => length(other),
        _ => 0,
    };
    pieces.iter().map(of).sum()
}

/// Returns words of at least 40 per cent of this length, with the brackets.
fn filler(length: usize) -> String {
    let wanted = (length * 2).div_ceil(5).saturating_sub(2);
    let mut text = String::new();
    while text.chars().count() < wanted {
        text.push(' ');
        text.push_str(FILLER);
    }
    text
}
