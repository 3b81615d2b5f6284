//! Options as a manual page spells them: `-k, --key=KEYDEF`.

use thiserror::Error;

/// One name of an option and the value it takes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Spelling {
    /// What is typed, dashes included: `-k`, `--key`, `-name`.
    pub(crate) name: Box<str>,
    /// What follows it.
    pub(crate) takes: Takes,
}

/// The value that an option takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Takes {
    /// `-v`: none.
    Nothing,
    /// `--color[=WHEN]`, `-I[FMT]`: one if it is attached.
    Optional,
    /// `-k KEY`, `--key=KEY`: attached, or the next word.
    One,
    /// `--arg NAME VALUE`: the next two words.
    Two,
}

/// Why a text is no option of a manual page.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SpellingError {
    /// A part does not begin with a dash.
    #[error("an option begins with a dash")]
    Dash,
    /// A dash with nothing behind it.
    #[error("an option has a name")]
    Name,
    /// What follows the name is neither `=VALUE`, ` VALUE`, `[=VALUE]` nor `[VALUE]`.
    #[error("the value of an option is spelled `=VALUE`, ` VALUE`, `[=VALUE]` or `[VALUE]`")]
    Value,
}

/// Reads all names of one option. `--[no-]color` is two names; a short name takes the value that the long one
/// requires, but not one that is optional there, as GNU programs do.
pub(crate) fn spellings(text: &str) -> Result<Vec<Spelling>, SpellingError> {
    let mut names = Vec::new();
    for part in text.split(", ") {
        if let Some(rest) = part.strip_prefix("--[no-]") {
            let positive = spelling(&format!("--{rest}"))?;
            let bare = positive.name.trim_start_matches('-');
            names.push(Spelling {
                name: format!("--no-{bare}").into(),
                takes: Takes::Nothing,
            });
            names.push(positive);
        } else {
            names.push(spelling(part)?);
        }
    }
    let required = names
        .iter()
        .map(|name| name.takes)
        .find(|takes| matches!(takes, Takes::One | Takes::Two));
    if let Some(takes) = required {
        for name in &mut names {
            if name.takes == Takes::Nothing && !name.name.starts_with("--no-") {
                name.takes = takes;
            }
        }
    }
    Ok(names)
}

/// Reads one name and its value.
fn spelling(text: &str) -> Result<Spelling, SpellingError> {
    if !text.starts_with('-') {
        return Err(SpellingError::Dash);
    }
    if text == "-" {
        // `env -` is `env -i`.
        return Ok(Spelling {
            name: text.into(),
            takes: Takes::Nothing,
        });
    }
    let end = text.find(['=', '[', ' ']).unwrap_or(text.len());
    let (name, value) = text.split_at(end);
    if name.trim_start_matches('-').is_empty() {
        return Err(SpellingError::Name);
    }
    let takes = match value.chars().next() {
        None => Takes::Nothing,
        Some('[') if value.ends_with(']') => Takes::Optional,
        Some('=') if value.len() > 1 => Takes::One,
        Some(' ') => match value.split_whitespace().count() {
            1 => Takes::One,
            2 => Takes::Two,
            _ => return Err(SpellingError::Value),
        },
        Some(_) => return Err(SpellingError::Value),
    };
    Ok(Spelling {
        name: name.into(),
        takes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<(String, Takes)> {
        spellings(text)
            .unwrap()
            .into_iter()
            .map(|name| (name.name.into_string(), name.takes))
            .collect()
    }

    #[test]
    fn options_are_read_as_manuals_spell_them() {
        use Takes::{Nothing, One, Optional, Two};
        let cases: &[(&str, &[(&str, Takes)])] = &[
            ("-v", &[("-v", Nothing)]),
            ("-k, --key=KEY", &[("-k", One), ("--key", One)]),
            (
                "-F, --classify[=WHEN]",
                &[("-F", Nothing), ("--classify", Optional)],
            ),
            ("-I[FMT], --iso[=FMT]", &[("-I", Optional), ("--iso", Optional)]),
            ("--[no-]color", &[("--no-color", Nothing), ("--color", Nothing)]),
            ("--[no-]sort=KEY", &[("--no-sort", Nothing), ("--sort", One)]),
            ("--arg NAME VALUE", &[("--arg", Two)]),
            ("-name PATTERN", &[("-name", One)]),
            ("-1", &[("-1", Nothing)]),
            ("-", &[("-", Nothing)]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, takes)| ((*name).to_owned(), *takes))
                .collect();
            assert_eq!(spelled(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_option_is_refused() {
        for (text, error) in [
            ("key", SpellingError::Dash),
            ("-=X", SpellingError::Name),
            ("--", SpellingError::Name),
            ("-k, key", SpellingError::Dash),
            ("-k=", SpellingError::Value),
            ("-k[=X", SpellingError::Value),
            ("-k A B C", SpellingError::Value),
        ] {
            assert_eq!(spellings(text), Err(error), "{text}");
        }
    }
}
