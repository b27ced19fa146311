//! Comparing notes, which IT Glue keeps as HTML and may clean up on its own.

/// The longest name between `&` and `;`; what is longer is text.
const LONGEST_ENTITY: usize = 8;

/// Whether two notes say the same to a reader: marks, comments, spaces and punctuation do not count.
///
/// IT Glue may rewrite the HTML it is given. If that counted as a difference, the same notes would be written
/// again and again.
#[must_use]
pub fn reads_alike(a: &str, b: &str) -> bool {
    letters(a) == letters(b)
}

/// The letters and digits that a reader sees.
fn letters(html: &str) -> String {
    let mut text = visible(html);
    text.retain(char::is_alphanumeric);
    text
}

/// The text between the marks.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // Both signs that lead here are one byte long. One that begins nothing is skipped.
        let read = read_mark(rest).or_else(|| entity(rest));
        text.extend(read.map(|(shown, _)| shown));
        rest = &rest[read.map_or(1, |(_, length)| length)..];
    }
    text.push_str(rest);
    text
}

/// What a mark at the start of the text shows, and its length; nothing if it is not closed or is none.
fn read_mark(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('<')?;
    let end = if inner.starts_with("!--") {
        text.find("-->")? + "-->".len()
    } else if inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
        text.find('>')? + ">".len()
    } else {
        return None;
    };
    Some((' ', end))
}

/// The sign that an entity at the start of the text stands for, such as `&amp;`, and the length of the entity. Nothing
/// where there is none, or none that is known.
#[must_use]
pub fn entity(text: &str) -> Option<(char, usize)> {
    let (name, _) = text.strip_prefix('&')?.split_once(';')?;
    let shown = (name.len() <= LONGEST_ENTITY).then(|| decode(name))??;
    Some((shown, name.len() + "&;".len()))
}

fn decode(name: &str) -> Option<char> {
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        },
        None => {
            return match name {
                "amp" => Some('&'),
                "apos" => Some('\''),
                "gt" => Some('>'),
                "lt" => Some('<'),
                "nbsp" => Some(' '),
                "quot" => Some('"'),
                _ => None,
            };
        }
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reads_like_nothing() {
        assert!(reads_alike("", " "));
        assert!(reads_alike("", "<p></p><!-- 4711 -->&nbsp;"));
    }

    #[test]
    fn the_spelling_of_the_html_does_not_matter() {
        let plain = "Likes tea.\nMirrored from ConnectWise contact 4711";
        for html in [
            "<p>Likes tea.</p><p>Mirrored from ConnectWise contact 4711</p>",
            "<div class=\"a\">Likes tea.<br/>Mirrored from ConnectWise&nbsp;contact 4711</div>\n",
            "Likes tea.<!-- a > b -->Mirrored from ConnectWise contact &#52;&#x37;11",
        ] {
            assert!(reads_alike(plain, html), "{html}");
            assert!(reads_alike(html, plain), "{html}");
        }
        assert!(reads_alike("R&D <3 caf\u{e9}", "R&amp;D &lt;3 caf&#233;"));
    }

    #[test]
    fn an_entity_is_read_by_its_name_or_its_number() {
        assert_eq!(entity("&apos;s"), Some(('\'', 6)));
        assert_eq!(entity("&#233;"), Some(('\u{e9}', 6)));
        assert_eq!(entity("&#xE9; and"), Some(('\u{e9}', 6)));
        for none in ["", "R&amp;D", "& ;", "&eacute;", "&#x110000;", "& so on;"] {
            assert_eq!(entity(none), None, "{none}");
        }
    }

    #[test]
    fn another_word_is_a_difference() {
        assert!(!reads_alike("contact 4711", "contact 4712"));
        assert!(!reads_alike("<p>4711</p>", ""));
        assert!(!reads_alike("a & b; c", "a; c"));
        assert!(!reads_alike("1 < 2 and 3 > 2", "1"));
    }
}
