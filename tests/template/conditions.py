"""What a template deploys: its conditions decided by the values of its parameters."""

NOTHING = {"Ref": "AWS::NoValue"}


def deployed(source, **parameters):
    """What a template deploys with these parameters, and the defaults of all others: its conditions decided."""
    values = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()} | parameters

    def holds(condition):
        match condition:
            case {"Fn::Equals": [{"Ref": parameter}, value]}:
                return values[parameter] == value
            case {"Fn::Not": [inner]}:
                return not holds(inner)
        raise AssertionError(f"a condition that is not understood: {condition}")

    conditions = {name: holds(condition) for name, condition in source["Conditions"].items()}

    def decided(value):
        match value:
            case {"Fn::If": [condition, then, otherwise]}:
                return decided(then if conditions[condition] else otherwise)
            case {"Fn::Sub": [text, inner]}:
                for name, part in decided(inner).items():
                    text = text.replace(f"${{{name}}}", text_of(part))
                return {"Fn::Sub": text}
            case dict():
                parts = ((key, decided(part)) for key, part in value.items())
                return {key: part for key, part in parts if part != NOTHING}
            case list():
                return [part for part in map(decided, value) if part != NOTHING]
        return value

    def section(name):
        parts = source[name].items()
        return {key: decided(part) for key, part in parts if conditions.get(part.get("Condition"), True)}

    return source | {name: section(name) for name in ("Resources", "Outputs")}


def text_of(value):
    """The text of `!Sub text`, or of a plain text."""
    return value["Fn::Sub"] if isinstance(value, dict) else value
