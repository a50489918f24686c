//! Printing results on standard output, where nothing else is written.

use crate::failure::{Failure, Outcome};
use std::{
    borrow::Cow,
    io::{ErrorKind, Write},
};

/// The number of blanks between the columns of a table.
const GAP: usize = 2;

/// Prints a line.
pub(super) fn print(line: &str) -> Outcome {
    print_exactly(&format!("{line}\n"))
}

/// Prints a text unchanged. A reader that closes the pipe early is not a failure.
pub(super) fn print_exactly(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the answer cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Returns the text without characters that steer a terminal.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n';
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// Returns columns of equal width, with two blanks between them; the first row is the head.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
        text.push_str(plain(line.trim_end()).as_ref());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_aligns_columns_and_trims_line_ends() {
        let rows = [["ID", "HOST"], ["image-é", "a\u{1b}"], ["x", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "ID       HOST\nimage-é  a\u{fffd}\nx\n");
    }
}
