//! Rows below each other on a terminal.

use super::Out;
use super::columns::fold;

/// Between two columns.
const GAP: usize = 2;

/// A column: what it is called, and how wide it is.
pub(super) type Column = (&'static str, usize);

/// A row: the lines of each cell.
pub(super) type Row = Vec<Vec<String>>;

/// Prints a table. What is too long for its cell goes on below.
pub(super) fn print(out: &mut Out, columns: &[Column], rows: &[Row]) -> anyhow::Result<()> {
    let heads = columns.iter().map(|(head, _)| vec![(*head).to_owned()]);
    let head = heads.collect();
    for row in [&head].into_iter().chain(rows) {
        print_row(out, columns, row)?;
    }
    Ok(())
}

/// Prints one row.
pub(super) fn print_row(out: &mut Out, columns: &[Column], row: &Row) -> anyhow::Result<()> {
    let cells = columns.iter().zip(row);
    let cells: Vec<(usize, Vec<String>)> = cells
        .map(|((_, width), lines)| {
            let lines = lines.iter().filter(|line| !line.is_empty());
            (*width, lines.flat_map(|line| fold(line, *width)).collect())
        })
        .collect();
    let height = cells.iter().map(|(_, lines)| lines.len()).max();
    for at in 0..height.unwrap_or_default() {
        let mut line = String::new();
        for (width, lines) in &cells {
            let text = lines.get(at).map_or("", String::as_str);
            line.push_str(&format!("{text:<width$}{:GAP$}", ""));
        }
        out.line(&line)?;
    }
    Ok(())
}
