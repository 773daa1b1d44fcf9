//! Methods and path patterns, as they are written in a file.

/// The most segments that a request may have, and so a route.
pub const SEGMENTS_MAX: usize = 64;

/// The longest path pattern, in bytes.
const PATH_BYTES_MAX: usize = 2_048;

/// The longest name of a parameter, in characters.
const PARAM_CHARS_MAX: usize = 32;

/// One segment of a path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This very text, decoded.
    Literal(String),
    /// `{name}`: any one segment.
    Param(String),
    /// `{*name}`: one or more segments, last only.
    Rest(String),
}

/// Says what is wrong with a route's method, and the mend.
///
/// # Errors
/// The message, where `method` may not be declared.
pub(in crate::registry) fn check_method(method: &str) -> Result<(), String> {
    match method {
        "*" => Ok(()),
        "HEAD" => Err("HEAD is not declared: a HEAD request is judged as GET".into()),
        "TRACE" | "CONNECT" => Err(format!(
            "{method} is never declared: it speaks to the proxy, not to an API; take the route out"
        )),
        _ if method.len() >= 3 && method.len() <= 16 && is_upper(method) => Ok(()),
        _ if is_upper(&method.to_ascii_uppercase()) && method.len() >= 3 && method.len() <= 16 => {
            Err(format!("a method is upper-case: write {}", method.to_ascii_uppercase()))
        }
        _ => Err(format!(
            "`{method}` is no method: write 3 to 16 upper-case letters, such as GET, or `*`"
        )),
    }
}

fn is_upper(method: &str) -> bool {
    !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Reads a path pattern: literal segments as they are when decoded, `{name}` and `{*rest}`.
///
/// # Errors
/// What is wrong with it, and the mend.
pub(in crate::registry) fn parse_path(path: &str) -> Result<Vec<Part>, String> {
    let Some(inner) = path.strip_prefix('/') else {
        return Err("a path begins with `/`".into());
    };
    if path.len() > PATH_BYTES_MAX {
        return Err(format!("a path has at most {PATH_BYTES_MAX} bytes"));
    }
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(bare) = path.strip_suffix('/') {
        return Err(format!("a trailing slash is dropped before the match: write `{bare}`"));
    }
    let parts = inner.split('/').map(parse_part).collect::<Result<Vec<_>, _>>()?;
    check_parts(&parts)?;
    Ok(parts)
}

fn check_parts(parts: &[Part]) -> Result<(), String> {
    if parts.len() > SEGMENTS_MAX {
        return Err(format!("a path has at most {SEGMENTS_MAX} segments"));
    }
    for (index, part) in parts.iter().enumerate() {
        let name = match part {
            Part::Literal(_) => continue,
            Part::Param(name) => name,
            Part::Rest(name) if index + 1 == parts.len() => name,
            Part::Rest(name) => {
                return Err(format!("`{{*{name}}}` stands for all that follows: put it last"));
            }
        };
        let is_same = |other: &Part| matches!(other, Part::Param(n) | Part::Rest(n) if n == name);
        if parts[..index].iter().any(is_same) {
            return Err(format!("two parameters are named `{name}`: rename one"));
        }
    }
    Ok(())
}

fn parse_part(segment: &str) -> Result<Part, String> {
    let braced = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match braced {
        Some(inner) => match inner.strip_prefix('*') {
            Some(name) => check_param_name(name).map(|()| Part::Rest(name.to_owned())),
            None => check_param_name(inner).map(|()| Part::Param(inner.to_owned())),
        },
        None => check_literal(segment).map(|()| Part::Literal(segment.to_owned())),
    }
}

/// Says what is wrong with a parameter's name, and the mend.
///
/// # Errors
/// The message, where `name` is not `[A-Za-z_][A-Za-z0-9_]{0,31}`.
pub(in crate::registry) fn check_param_name(name: &str) -> Result<(), String> {
    if let Some((name, _)) = name.split_once(':') {
        return Err(format!("what `{{{name}}}` looks like is written under [params]"));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_good = name.chars().all(is_word)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && (1..=PARAM_CHARS_MAX).contains(&name.len());
    if is_good {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no parameter's name: write up to {PARAM_CHARS_MAX} letters, digits and `_`, \
         as in `{{store}}` or `{{*rest}}`"
    ))
}

fn check_literal(segment: &str) -> Result<(), String> {
    if let Some(name) = segment.strip_prefix(':') {
        return Err(format!(
            "`:{name}` is a literal text here: write `{{{name}}}` for a parameter"
        ));
    }
    let problem = match segment {
        "" => "an empty segment never comes: write one `/`",
        "." | ".." => "`.` and `..` never come: write the path that is meant",
        _ => match segment.chars().find_map(problem_of_char) {
            Some(problem) => problem,
            None => return Ok(()),
        },
    };
    Err(problem.to_owned())
}

fn problem_of_char(c: char) -> Option<&'static str> {
    match c {
        '%' => Some("a path is written decoded: the letter itself instead of `%XX`"),
        '{' | '}' => Some("a parameter is a whole segment: write `/{name}` or, last, `/{*rest}`"),
        '*' => Some("`*` is no pattern in a path: write `{name}` for one segment, `{*rest}` last"),
        '?' => Some("a route is a path alone: leave the query out"),
        '\\' | ';' | '#' => Some("`\\`, `;` and `#` never come in a path: leave them out"),
        _ if c.is_control() => Some("a control character never comes in a path: leave it out"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_literals_parameters_and_a_rest() {
        let literal = |text: &str| Part::Literal(text.into());
        assert_eq!(parse_path("/"), Ok(vec![]));
        assert_eq!(
            parse_path("/v1/b üc.h/{storeId}/{*rest}").unwrap(),
            [
                literal("v1"),
                literal("b üc.h"),
                Part::Param("storeId".into()),
                Part::Rest("rest".into())
            ]
        );
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_mend() {
        for (path, mend) in [
            ("v1", "begins with `/`"),
            ("/v1/", "write `/v1`"),
            ("/a//b", "empty segment"),
            ("/a/../b", "`..` never come"),
            ("/a/.", "`..` never come"),
            ("/a%20b", "written decoded"),
            ("/a{b}", "a whole segment"),
            ("/{a}b", "a whole segment"),
            ("/{", "a whole segment"),
            ("/a/*", "`{name}` for one"),
            ("/a?b=1", "leave the query out"),
            ("/a;b", "leave them out"),
            ("/a#b", "leave them out"),
            ("/a\\b", "leave them out"),
            ("/a\u{7}", "control character"),
            ("/stores/:id", "write `{id}`"),
            ("/{}", "no parameter's name"),
            ("/{*}", "no parameter's name"),
            ("/{a-b}", "no parameter's name"),
            ("/{1a}", "no parameter's name"),
            ("/{id:[0-9]+}", "under [params]"),
            ("/{*rest}/b", "put it last"),
            ("/{a}/{a}", "rename one"),
        ] {
            let message = parse_path(path).unwrap_err();
            assert!(message.contains(mend), "{path}: {message}");
        }
        assert!(parse_path(&"/a".repeat(SEGMENTS_MAX + 1)).is_err());
    }

    #[test]
    fn methods_are_upper_case_words_and_some_are_never_declared() {
        for good in ["GET", "*", "PROPFIND", "MKCALENDAR"] {
            assert_eq!(check_method(good), Ok(()), "{good}");
        }
        for (bad, mend) in [
            ("get", "write GET"),
            ("HEAD", "judged as GET"),
            ("TRACE", "never declared"),
            ("CONNECT", "never declared"),
            ("GO", "no method"),
            ("", "no method"),
            ("M-SEARCH", "no method"),
            ("ABCDEFGHIJKLMNOPQ", "no method"),
        ] {
            let message = check_method(bad).unwrap_err();
            assert!(message.contains(mend), "{bad:?}: {message}");
        }
    }
}
