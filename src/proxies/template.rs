//! Fills a text with values: `{{name}}` within a line, or alone at its beginning for whole lines.

/// The text with each `{{name}}` replaced. One pass: a value that looks like a place is left alone.
///
/// A line that is nothing but a place stands for any number of lines, and for none where its value
/// is empty.
///
/// # Panics
/// If the template names a value that is not given, which is a mistake in this crate.
pub(super) fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(template.len() * 2);
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("{{").and_then(|line| line.strip_suffix("}}"))
            && value(values, name).is_empty()
        {
            continue;
        }
        fill_line(&mut filled, line, values);
        filled.push('\n');
    }
    filled
}

fn fill_line(filled: &mut String, line: &str, values: &[(&str, String)]) {
    let mut rest = line;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, place)| Some((before, place.split_once("}}")?)))
    {
        filled.push_str(before);
        filled.push_str(value(values, name));
        rest = after;
    }
    filled.push_str(rest);
}

fn value<'v>(values: &'v [(&str, String)], name: &str) -> &'v str {
    let found = values.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("the template asks for `{name}`, which nobody gives")).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once() {
        let values = [("a", "{{b}}".to_owned()), ("b", "two".to_owned())];

        assert_eq!(fill("x {{a}} y {{b}}; { z }", &values), "x {{b}} y two; { z }\n");
    }

    #[test]
    fn a_place_alone_stands_for_any_number_of_lines() {
        let lines = |text: &str| fill("one\n{{more}}\nlast", &[("more", text.to_owned())]);

        assert_eq!(lines(""), "one\nlast\n");
        assert_eq!(lines("two\nthree"), "one\ntwo\nthree\nlast\n");
    }

    #[test]
    #[should_panic(expected = "asks for `missing`")]
    fn a_place_that_nobody_fills_is_our_mistake() {
        fill("{{missing}}", &[]);
    }
}
