//! Filters, sort, includes and page of a query, read strictly.

use super::problem::Problem;

const USUAL_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1_000;

/// What a route understands.
pub(crate) struct Understood {
    pub(crate) filters: &'static [&'static str],
    pub(crate) sorts: &'static [&'static str],
    pub(crate) includes: &'static [&'static str],
}

/// A query that was understood.
pub(crate) struct Query {
    filters: Vec<(String, Vec<String>)>,
    /// The key, and whether the greatest comes first.
    pub(crate) sort: Option<(String, bool)>,
    pub(crate) includes: Vec<String>,
    pub(crate) number: usize,
    pub(crate) size: usize,
}

impl Query {
    /// Reads the parameters of a list.
    pub(crate) fn of_list(
        parameters: &[(String, String)],
        understood: &Understood,
    ) -> Result<Query, Problem> {
        let mut query = Query {
            filters: Vec::new(),
            sort: None,
            includes: Vec::new(),
            number: 1,
            size: USUAL_PAGE,
        };
        for (name, value) in parameters {
            let filter = name
                .strip_prefix("filter[")
                .and_then(|name| name.strip_suffix(']'));
            match (filter, name.as_str()) {
                (Some(filter), _) if understood.filters.contains(&filter) => {
                    query.filters.push((filter.to_owned(), values(value)));
                }
                (None, "sort") => query.sort = Some(sort(value, understood)?),
                (None, "include") => query.includes = includes(value, understood)?,
                (None, "page[number]") => query.number = positive(name, value)?,
                (None, "page[size]") => query.size = positive(name, value)?.min(LARGEST_PAGE),
                _ => return Err(Problem::bad(format!("{name} is not supported"))),
            }
        }
        query.check()?;
        Ok(query)
    }

    /// Reads the parameters of a route that answers with one record: its includes.
    pub(crate) fn of_one(
        parameters: &[(String, String)],
        understood: &Understood,
    ) -> Result<Vec<String>, Problem> {
        let narrow = Understood {
            filters: &[],
            sorts: &[],
            ..*understood
        };
        if let Some((name, _)) = parameters.iter().find(|(name, _)| name != "include") {
            return Err(Problem::bad(format!("{name} is not supported")));
        }
        Ok(Query::of_list(parameters, &narrow)?.includes)
    }

    /// Refuses the parameters of a write. A filter on one changes or deletes every match: whoever sends that
    /// made a mistake.
    pub(crate) fn none(parameters: &[(String, String)]) -> Result<(), Problem> {
        match parameters.first() {
            Some((name, _)) => Err(Problem::bad(format!("{name} is not supported here"))),
            None => Ok(()),
        }
    }

    /// Whether a text passes the filter of that name: exactly, and with regard to case.
    pub(crate) fn passes(&self, filter: &str, text: Option<&str>) -> bool {
        let mut mine = self.filters.iter().filter(|(name, _)| name == filter);
        mine.all(|(_, values)| text.is_some_and(|text| values.iter().any(|value| value == text)))
    }

    /// Whether an id passes the filter of that name.
    pub(crate) fn passes_id(&self, filter: &str, id: Option<u64>) -> bool {
        self.passes(filter, id.map(|id| id.to_string()).as_deref())
    }

    /// Whether a flag passes the filter of that name. What is neither passes none.
    pub(crate) fn passes_flag(&self, filter: &str, flag: Option<bool>) -> bool {
        let mut mine = self.filters.iter().filter(|(name, _)| name == filter);
        mine.all(|(_, values)| {
            flag.is_some() && values.iter().any(|value| self::flag(value) == flag)
        })
    }

    pub(crate) fn has(&self, filter: &str) -> bool {
        self.filters.iter().any(|(name, _)| name == filter)
    }

    fn check(&self) -> Result<(), Problem> {
        if self.has("psa_id") && !self.has("psa_integration_type") {
            return Err(Problem::bad("psa_id needs a psa_integration_type"));
        }
        for (name, values) in &self.filters {
            let is_fine = |value: &String| match name.as_str() {
                "psa_integration_type" => INTEGRATIONS.contains(&value.as_str()),
                "important" | "primary" => flag(value).is_some(),
                name if name == "id" || (name.ends_with("_id") && name != "psa_id") => {
                    value.parse::<u64>().is_ok()
                }
                _ => true,
            };
            if !values.iter().all(is_fine) {
                return Err(Problem::bad(format!("{name} has no such value")));
            }
        }
        Ok(())
    }
}

/// The PSA that this account is linked to.
pub(crate) const CONNECTWISE: &str = "manage";

const INTEGRATIONS: [&str; 6] = [
    CONNECTWISE,
    "autotask",
    "tigerpaw",
    "kaseya-bms",
    "pulseway-psa",
    "vorex",
];

/// `true`, `false`, `1` or `0`.
fn flag(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The values between commas; a comma after a backslash is one of the value's own.
fn values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let escapes = letter == '\\' && letters.peek() == Some(&',');
        if letter == ',' {
            values.push(String::new());
        } else if let Some(value) = values.last_mut() {
            let comma = escapes.then(|| letters.next()).flatten();
            value.push(comma.unwrap_or(letter));
        }
    }
    values
}

fn sort(value: &str, understood: &Understood) -> Result<(String, bool), Problem> {
    let key = value.strip_prefix('-').unwrap_or(value);
    if !understood.sorts.contains(&key) {
        return Err(Problem::bad(format!("sort={key} is not supported")));
    }
    Ok((key.to_owned(), key.len() < value.len()))
}

/// Both spellings were seen to work.
fn includes(value: &str, understood: &Understood) -> Result<Vec<String>, Problem> {
    let mut includes = Vec::new();
    for name in value.split(',') {
        let name = name.trim().replace('-', "_");
        if !understood.includes.contains(&name.as_str()) {
            return Err(Problem::bad(format!("include={name} is not supported")));
        }
        includes.push(name);
    }
    Ok(includes)
}

fn positive(name: &str, value: &str) -> Result<usize, Problem> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Problem::bad(format!("{name} is no number from 1 on")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_values_unless_they_are_escaped() {
        assert_eq!(values(""), [""]);
        assert_eq!(values("a,b"), ["a", "b"]);
        assert_eq!(values("O\\, Neil"), ["O, Neil"]);
        assert_eq!(values("a\\b,"), ["a\\b", ""]);
    }
}
