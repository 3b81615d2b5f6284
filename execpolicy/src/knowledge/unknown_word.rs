//! What a word that is only known when it runs might be.

use shell_parser::Value;

/// Whether an argument that the word becomes may begin with `-`.
pub(crate) fn may_begin_with_dash(value: &Value) -> bool {
    may_begin_with(value, '-')
}

/// Whether an argument that the word becomes may begin with this character.
pub(crate) fn may_begin_with(value: &Value, first: char) -> bool {
    match value {
        Value::Exact(text) => text.starts_with(first),
        Value::OneOf(texts) => texts.iter().any(|text| text.starts_with(first)),
        Value::One { prefix, .. } => prefix.is_empty() || prefix.starts_with(first),
        Value::Glob(pattern) => may_match_first(pattern, first),
        Value::Found(found) => found.may_begin_with(first),
        Value::Many => true,
    }
}

/// Whether an argument that the word becomes may be exactly `text`.
pub(crate) fn may_be(value: &Value, text: &str) -> bool {
    match value {
        Value::Exact(exact) => **exact == *text,
        Value::OneOf(texts) => texts.iter().any(|one| **one == *text),
        Value::One { prefix, suffix } => {
            text.len() >= prefix.len().saturating_add(suffix.len())
                && text.starts_with(&**prefix)
                && text.ends_with(&**suffix)
        }
        Value::Glob(pattern) => **pattern == *text || may_match(pattern, text),
        Value::Found(found) => found.roots.iter().any(|root| text.starts_with(&**root)),
        Value::Many => true,
    }
}

/// Whether the pattern may match the text: `*` and `?` as the shell has them, a bracket stands for anything from
/// there on. Never says no to a match.
pub(crate) fn may_match(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // The places in the pattern that can be reached after each character of the text.
    let mut reached = vec![false; pattern.len().saturating_add(1)];
    reach(&pattern, &mut reached, 0);
    for character in text {
        if anything_from_here(&pattern, &reached) {
            return true;
        }
        let mut after = vec![false; reached.len()];
        for (at, _) in reached.iter().enumerate().filter(|(_, is)| **is) {
            match pattern.get(at) {
                Some('*') => reach(&pattern, &mut after, at),
                Some('?') => reach(&pattern, &mut after, at.saturating_add(1)),
                Some('\\') if pattern.get(at.saturating_add(1)) == Some(&character) => {
                    reach(&pattern, &mut after, at.saturating_add(2));
                }
                Some(literal) if *literal == character => reach(&pattern, &mut after, at.saturating_add(1)),
                Some(_) | None => {}
            }
        }
        reached = after;
    }
    reached.last().copied().unwrap_or(false) || anything_from_here(&pattern, &reached)
}

/// Marks a place, and those behind the stars that follow it.
fn reach(pattern: &[char], reached: &mut [bool], from: usize) {
    let mut at = from;
    while let Some(place) = reached.get_mut(at) {
        *place = true;
        if pattern.get(at) != Some(&'*') {
            return;
        }
        at = at.saturating_add(1);
    }
}

/// Whether a bracket, which stands for anything, is next.
fn anything_from_here(pattern: &[char], reached: &[bool]) -> bool {
    reached
        .iter()
        .zip(pattern)
        .any(|(reached, character)| *reached && *character == '[')
}

/// Whether what the pattern matches may begin with this character.
fn may_match_first(pattern: &str, first: char) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        Some('*' | '?' | '[') => true,
        Some('\\') => characters.next() == Some(first),
        Some(literal) => literal == first,
        None => false,
    }
}

/// What might stand behind an option's letters or `=` in the same word: `FILE` of `-fFILE`.
pub(crate) fn after_dashes(value: &Value) -> Vec<Value> {
    let anything = |suffix: &str| Value::One {
        prefix: "".into(),
        suffix: suffix.into(),
    };
    match value {
        Value::Exact(_) | Value::Many => Vec::new(),
        _ if !may_begin_with_dash(value) => Vec::new(),
        Value::OneOf(_) | Value::Found(_) => vec![anything("")],
        Value::One { suffix, .. } => vec![anything(suffix)],
        Value::Glob(pattern) => {
            // A name that the pattern matches ends as the pattern does; what is cut off at its front holds no `/`.
            let (name, below) = match pattern.find('/') {
                Some(slash) => pattern.split_at(slash),
                None => (&**pattern, ""),
            };
            let tail = name
                .rfind(['*', '?', '[', ']', '\\'])
                .map_or("", |last| name.get(last.saturating_add(1)..).unwrap_or_default());
            let mut attached = vec![
                Value::Glob(format!("*{tail}{below}").into()),
                Value::Glob(format!(".*{tail}{below}").into()),
            ];
            if tail.is_empty() && !below.is_empty() {
                attached.push(Value::Glob(below.into()));
            }
            attached
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_never_said_to_miss_what_it_matches() {
        for (pattern, text, may) in [
            ("*.py", "-delete", false),
            ("*.py", "a.py", true),
            ("*", "-delete", true),
            ("-d*", "-delete", true),
            ("-x*", "-delete", false),
            ("?delete", "-delete", true),
            ("??delete", "-delete", false),
            ("[-]x", "-delete", true),
            ("a[b]", "-delete", false),
            ("\\-delete", "-delete", true),
            ("\\*", "-delete", false),
            ("*-*e*", "-delete", true),
            ("", "", true),
        ] {
            assert_eq!(may_match(pattern, text), may, "{pattern} {text}");
        }
    }

    #[test]
    fn long_patterns_take_no_longer_than_pattern_times_text() {
        let pattern = "*a".repeat(2000);
        assert!(!may_match(&pattern, &"b".repeat(200)));
    }
}
