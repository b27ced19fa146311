//! The rules: TOML in a parameter of Systems Manager.

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use policy::Rules;

use crate::aws;
use crate::env::Variable;
use crate::problems::Problems;

/// The parameter's name.
pub(crate) const PARAMETER: Variable = Variable {
    name: "ROLLCALL_RULES_PARAMETER",
    remedy: "set it to the name of the SSM parameter with the rules, such as /rollcall/rules",
};

/// The text of the parameter with this name, or in words why there is none. Without a name, nothing.
pub(crate) async fn fetch(aws: &SdkConfig, name: Option<&str>) -> Result<Option<String>, String> {
    let Some(name) = name else { return Ok(None) };
    let call = Client::new(aws).get_parameter().name(name);
    let answer = call.send().await.map_err(|error| {
        format!(
            "names a parameter that cannot be read: check its name, the region, and the right \
             ssm:GetParameter ({})",
            aws::refusal(&error)
        )
    })?;
    let text = answer
        .parameter
        .and_then(|parameter| parameter.value)
        .ok_or("names a parameter without a value: put the rules there")?;
    Ok(Some(text))
}

/// Reads the rules. Each mistake in them is one problem.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<Rules> {
    match Rules::parse(text) {
        Ok(rules) => Some(rules),
        Err(error) => {
            for mistake in error.problems {
                let (line, column) = (mistake.line, mistake.column);
                let place = format!("{}: line {line}, column {column}:", PARAMETER.name);
                problems.add(place, mistake.words);
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rules_are_the_default_rules() {
        let mut problems = Problems::default();
        assert_eq!(parse("", &mut problems), Some(Rules::default()));
        assert_eq!(problems, Problems::default());
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        let mut problems = Problems::default();
        let text = "[modes]\nportal-invite = \"on\"\n[extra]\n";
        assert_eq!(parse(text, &mut problems), None);
        let places: Vec<&str> = problems
            .iter()
            .map(|problem| problem.place.as_str())
            .collect();
        assert_eq!(
            places,
            [
                "ROLLCALL_RULES_PARAMETER: line 2, column 17:",
                "ROLLCALL_RULES_PARAMETER: line 3, column 2:",
            ]
        );
    }
}
