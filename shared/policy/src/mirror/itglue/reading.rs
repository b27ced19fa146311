//! What a reader finds in notes, told for the judge. It shares nothing with the code that takes notes apart and
//! folds them, so that a mistake there does not look right here.

use model::Private;
use model::itglue::entity;

/// The marks that begin or end a line.
const BREAKS: [&str; 19] = [
    "br",
    "hr",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "td",
    "th",
    "table",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];

/// How our own lines begin.
const OURS: [&str; 6] = [
    "Mirrored from ConnectWise contact",
    "Inactive in ConnectWise since",
    "Merged into ConnectWise contact",
    "Deleted in ConnectWise",
    "Moved to another company in ConnectWise",
    "Until then in IT Glue:",
];

/// Notes as a reader sees them, without our lines.
#[derive(Default)]
pub(crate) struct Reading<'n> {
    /// The words of each line, between single spaces.
    lines: Vec<String>,
    /// The marks that say something by themselves: comments, and all with an attribute.
    marks: Vec<&'n str>,
}

impl<'n> Reading<'n> {
    pub(crate) fn of(notes: Option<&'n Private>) -> Self {
        let mut reading = Self::default();
        let mut rest = notes.map_or("", Private::reveal);
        let mut line = String::new();
        while let Some(first) = rest.chars().next() {
            let length = if let Some(mark) = mark(rest) {
                if BREAKS.contains(&name(mark).as_str()) {
                    reading.end(&mut line);
                } else if mark.contains('=') || mark.starts_with("<!--") {
                    reading.marks.push(mark);
                }
                mark.len()
            } else if first == '\n' {
                reading.end(&mut line);
                1
            } else {
                let (shown, length) = entity(rest).unwrap_or_else(|| (first, first.len_utf8()));
                line.push(shown);
                length
            };
            rest = &rest[length..];
        }
        reading.end(&mut line);
        reading
    }

    /// Whether what the other notes say is said here, whole words each.
    pub(crate) fn has_all_of(&self, other: &Self) -> bool {
        other.lines.iter().all(|line| self.says(line))
            && other.marks.iter().all(|mark| self.marks.contains(mark))
    }

    /// Whether one line has these words, one after the other.
    pub(crate) fn says(&self, words: &str) -> bool {
        let words: Vec<&str> = words.split_whitespace().collect();
        let words = format!(" {} ", words.join(" "));
        // In a list, a word ends with a comma.
        let is_in = |line: &String| {
            let line = format!(" {line} ");
            line.contains(&words) || line.replace(", ", " ").contains(&words)
        };
        words.trim().is_empty() || self.lines.iter().any(is_in)
    }

    /// Whether a picture or another file is shown.
    pub(crate) fn shows_files(&self) -> bool {
        self.marks.iter().any(|mark| {
            let mark = mark.to_lowercase();
            mark.contains("src=") || mark.contains("data=")
        })
    }

    fn end(&mut self, line: &mut String) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let words = words.join(" ");
        let ours = OURS.iter().filter_map(|ours| words.find(ours)).min();
        let words = words[..ours.unwrap_or(words.len())].trim_end();
        if !words.is_empty() {
            self.lines.push(words.to_owned());
        }
        line.clear();
    }
}

/// The mark at the start of the text, if there is one.
fn mark(text: &str) -> Option<&str> {
    let end = if text.starts_with("<!--") {
        text.find("-->")? + "-->".len()
    } else {
        let inner = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
        inner.chars().next().filter(char::is_ascii_alphabetic)?;
        text.find('>')? + ">".len()
    };
    Some(&text[..end])
}

fn name(mark: &str) -> String {
    let inner = mark.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric());
    inner[..end.unwrap_or(inner.len())].to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(one: &str, other: &str) -> bool {
        let (one, other): (Private, Private) = (one.into(), other.into());
        Reading::of(Some(&one)).has_all_of(&Reading::of(Some(&other)))
    }

    #[test]
    fn nothing_is_in_all_notes_and_all_is_in_the_same_notes() {
        for html in [
            "",
            "<p>Tea &amp; rum</p>",
            "a < b<br>&c <img src=\"d\">",
            "Tea<p>Mirrored from ConnectWise contact 30</p>Rum",
        ] {
            assert!(has(html, ""), "{html}");
            assert!(has(html, html), "{html}");
        }
    }

    #[test]
    fn part_of_a_word_is_not_that_word() {
        assert!(!has("Please wait. Door 4123", "IT"));
        assert!(!has("Please wait. Door 4123", "12"));
        assert!(has("<p>Door <b>4123</b>, please</p>", "Door 4123"));
        assert!(!has("Door<br>4123", "Door 4123"));
    }

    #[test]
    fn signs_pictures_and_links_are_something() {
        for something in ["!!!", "\u{1f389}", "<img src=\"d\">", "<!-- tea -->"] {
            assert!(!has("Tea", something), "{something}");
        }
        assert!(!has(
            "the list",
            "<a href=\"https://x.example\">the list</a>"
        ));
    }

    #[test]
    fn our_lines_are_nobodys_words() {
        let ours =
            "<p>Merged into ConnectWise contact 7</p><p>Mirrored from ConnectWise contact 30</p>";
        assert!(has("", ours));
        assert!(has(
            "Tea",
            &format!("Tea {}", "Mirrored from ConnectWise contact 30")
        ));
        assert!(!has(ours, "30"));
    }
}
