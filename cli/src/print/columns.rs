//! Contacts side by side on a terminal.

use super::{Out, WIDTH};
use crate::sheet::{Row, Sheet};

/// How wide the names of the rows may be.
const NAMES: usize = 14;

/// Between two columns.
const GAP: usize = 2;

/// What marks a row in which the contacts say different things.
const DIFFERS: &str = "≠";

/// Prints contacts side by side; rows that differ are marked.
pub(super) fn print(out: &mut Out, sheet: &Sheet) -> anyhow::Result<()> {
    let count = sheet.columns.len().max(1);
    let left = 2 + NAMES + 3;
    let width = (WIDTH.saturating_sub(left) / count)
        .saturating_sub(GAP)
        .max(8);
    let heads = sheet.columns.iter().map(|id| vec![format!("contact {id}")]);
    let head = Row {
        name: String::new(),
        cells: heads.map(Some).collect(),
        differs: false,
    };
    for row in [&head].into_iter().chain(&sheet.rows) {
        print_row(out, row, width)?;
    }
    Ok(())
}

fn print_row(out: &mut Out, row: &Row, width: usize) -> anyhow::Result<()> {
    let cell = |lines: &Option<Vec<String>>| match lines.as_deref() {
        None => vec!["(not read)".to_owned()],
        Some([]) => vec!["–".to_owned()],
        Some(lines) => lines.iter().flat_map(|line| fold(line, width)).collect(),
    };
    let cells: Vec<Vec<String>> = row.cells.iter().map(cell).collect();
    let names = fold(&row.name, NAMES);
    let height = cells.iter().map(Vec::len).chain([names.len()]).max();
    for at in 0..height.unwrap_or_default() {
        let name = names.get(at).map_or("", String::as_str);
        let mark = if row.differs && at == 0 { DIFFERS } else { " " };
        let mut line = format!("  {name:<NAMES$} {mark} ");
        for cell in &cells {
            let text = cell.get(at).map_or("", String::as_str);
            line.push_str(&format!("{text:<width$}{:GAP$}", ""));
        }
        out.line(&line)?;
    }
    Ok(())
}

/// Text in lines of at most this width; a word that is longer is broken.
pub(super) fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for (place, piece) in letters.chunks(width).enumerate() {
            let piece: String = piece.iter().collect();
            let Some(line) = lines.last_mut() else {
                continue;
            };
            let used = line.chars().count();
            if used == 0 {
                *line = piece;
            } else if place == 0 && used + 1 + piece.chars().count() <= width {
                line.push(' ');
                line.push_str(&piece);
            } else {
                lines.push(piece);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_one_empty_line() {
        assert_eq!(fold("", 5), [""]);
    }

    #[test]
    fn words_stay_whole_as_long_as_they_fit() {
        assert_eq!(fold("one two three", 7), ["one two", "three"]);
        assert_eq!(fold("ab abcdefghij k", 4), ["ab", "abcd", "efgh", "ij k"]);
    }
}
