//! Patterns that say which files are read below a directory: `grep -r --include=.env key .` names `.env`.

use diagnostics::Span;
use shell_parser::{Found, FoundLinks, Value};

use super::Effects;
use crate::knowledge::arguments::plain_sets;
use crate::knowledge::entry::Entry;
use crate::{Does, UnknownEffect};

impl Effects<'_> {
    /// Notes a pattern. One that is not known may name anything.
    pub(super) fn chooses(&mut self, value: &Value, cause: Span) {
        let texts = match value {
            Value::Exact(text) | Value::Glob(text) => std::slice::from_ref(text),
            Value::OneOf(texts) => texts,
            Value::One { .. } | Value::Found(_) | Value::Many => &[],
        };
        let patterns: Option<Vec<Vec<Box<str>>>> = texts.iter().map(|text| patterns(text)).collect();
        match patterns {
            Some(patterns) if !texts.is_empty() => self.chosen.extend(patterns.into_iter().flatten()),
            Some(_) | None => self.unknown(UnknownEffect::Option, cause),
        }
    }

    /// A word of the shell's pattern that may be such an option with its value, such as `--include=*.go`: where no file
    /// is called so, it is.
    pub(crate) fn may_choose(&mut self, entry: &Entry, word: &str, cause: Span) {
        for name in entry.options_that(Does::Chooses) {
            let value = match (name.strip_prefix("--"), word.strip_prefix("--")) {
                (Some(name), Some(word)) => {
                    let (before, value) = word.split_once('=').unwrap_or((word, "*"));
                    name.starts_with(before).then_some(value)
                }
                // It may stand behind others.
                (None, None) => {
                    let letter = name.trim_start_matches('-');
                    let cluster = word.strip_prefix('-').and_then(|word| word.split_once(letter));
                    cluster.map(|(_, value)| value)
                }
                (Some(_), None) | (None, Some(_)) => None,
            };
            if let Some(value) = value {
                self.chooses(&Value::Glob(value.into()), cause);
            }
        }
    }

    /// Reads what the patterns name below each directory that is read, beside that.
    pub(crate) fn read_chosen(&mut self) {
        if self.chosen.is_empty() {
            return;
        }
        let named: Box<[Box<str>]> = std::mem::take(&mut self.chosen).into();
        let chosen = self.beside_reads(|path| {
            let root: Box<str> = path.exact()?.into();
            Some(Value::Found(Box::new(Found {
                roots: [root].into(),
                named: named.clone(),
                links: FoundLinks::None,
            })))
        });
        self.found.extend(chosen);
    }
}

/// The patterns in a text of ripgrep, GNU grep or ugrep, as a shell writes them; none where it says what is left out,
/// nothing where it cannot be told. A comma and the colon of `NAME:GLOB` separate some, braces say several.
fn patterns(text: &str) -> Option<Vec<Box<str>>> {
    if text.starts_with(['!', '^']) {
        return Some(Vec::new());
    }
    let mut patterns = Vec::new();
    for one in without_braces(text)? {
        for one in one.split([',', ':']).filter(|one| !one.is_empty()) {
            let one = plain_sets(one.trim_start_matches('/'))?;
            let folded = one.to_lowercase();
            if folded != one {
                patterns.push(folded.into());
            }
            patterns.push(one.into());
        }
    }
    Some(patterns)
}

/// Patterns that one text may stand for by its braces.
const MOST: usize = 256;

/// Each text that a pattern with braces stands for; `None` where they are nested, do not close, or say too many.
fn without_braces(text: &str) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (inside, after) = behind.split_once('}')?;
        let choices: Vec<&str> = inside.split(',').collect();
        if inside.contains('{') || texts.len().saturating_mul(choices.len()) > MOST {
            return None;
        }
        let longer = |text: &String| {
            let of_each = |choice: &&str| format!("{text}{before}{choice}");
            choices.iter().map(of_each).collect::<Vec<_>>()
        };
        texts = texts.iter().flat_map(longer).collect();
        rest = after;
    }
    for text in &mut texts {
        text.push_str(rest);
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn a_text_says_patterns() {
        for (text, said) in [
            (".env", Some(&[".env"][..])),
            ("*.{ts,JS}", Some(&["*.ts", "*.js", "*.JS"])),
            ("/a/.env", Some(&["a/.env"])),
            ("x:.env", Some(&["x", ".env"])),
            ("!.env", Some(&[])),
            ("*.[ch]", Some(&["*.[ch]"])),
            ("a{b,{c,d}}", None),
            ("a{b", None),
        ] {
            let found = patterns(text);
            let found = found
                .as_ref()
                .map(|all| all.iter().map(|one| &**one).collect::<Vec<_>>());
            assert_eq!(found.as_deref(), said, "{text}");
        }
    }
}
