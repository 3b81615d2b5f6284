//! Whether an option that takes a rule away stands among the words.

use shell_parser::{Argument, Value};

use crate::knowledge::{Takes, may_be, may_begin_with_dash, one_dash};
use crate::{Certainty, Entry, Syntax};

/// How surely one of these options is among the words; `None` is No.
///
/// Spellings are resolved with what is known of the program: attached values, clusters, abbreviations, `--`. Where
/// nothing is known every spelling is possible, and only the option's very name is sure. Of `words`, which follow the
/// program's name, the first are `covered` by the rule's pattern: options among those do not count.
pub(crate) fn occurs(
    options: &[Box<str>],
    words: &[Argument],
    covered: usize,
    entry: Option<&Entry>,
) -> Option<Certainty> {
    let mut found = None;
    let mut values = Values::none();
    let mut may_be_over = false;
    let mut is_stretched = false;
    for (place, word) in words.iter().enumerate() {
        let is_one = !matches!(word.value, Value::Glob(_) | Value::Found(_) | Value::Many);
        // Behind a word that may be several, nobody knows which words the pattern covers.
        is_stretched |= !is_one && place < covered;
        if values.sure > 0 && values.possible == 0 && !may_be_over && is_one {
            values.sure = values.sure.saturating_sub(1);
            continue;
        }
        let is_sure = values == Values::none() && !may_be_over;
        let is_end = word.value.exact() == Some("--");
        if is_end && is_sure && ends_options(entry) {
            break;
        }
        let met = options
            .iter()
            .filter(|_| place >= covered || is_stretched)
            .filter_map(|option| meets(option, &word.value, entry))
            .max();
        found = found.max(if is_sure && !is_stretched {
            met
        } else {
            met.map(|_| Certainty::Maybe)
        });
        may_be_over |= is_end || (word.value.exact().is_none() && may_be(&word.value, "--"));
        let own = values_of(&word.value, entry);
        values = if is_sure {
            own
        } else {
            let left = values.possible.max(values.sure).saturating_sub(1);
            Values {
                sure: 0,
                possible: own.possible.max(own.sure).max(left),
            }
        };
    }
    found
}

/// How many of the next words are values of an option before them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Values {
    sure: usize,
    possible: usize,
}

impl Values {
    fn none() -> Self {
        Self { sure: 0, possible: 0 }
    }

    fn sure(count: usize) -> Self {
        Self {
            sure: count,
            possible: 0,
        }
    }

    /// As many as any option takes, or none.
    fn some() -> Self {
        Self { sure: 0, possible: 2 }
    }
}

/// Whether `--` makes operands of all that follows.
fn ends_options(entry: Option<&Entry>) -> bool {
    entry.is_some_and(|entry| matches!(entry.syntax, Syntax::Getopt | Syntax::Flags))
}

/// How many of the next words are values of this one.
fn values_of(value: &Value, entry: Option<&Entry>) -> Values {
    let Some(text) = value.exact() else {
        return if may_begin_with_dash(value) {
            Values::some()
        } else {
            Values::none()
        };
    };
    if !text.starts_with('-') || matches!(text, "-" | "--") || (text.starts_with("--") && text.contains('='))
    {
        return Values::none();
    }
    match entry.map(|entry| takes_of(text, entry)) {
        Some(Some(Takes::Nothing | Takes::Optional)) => Values::none(),
        Some(Some(Takes::One)) => Values::sure(1),
        Some(Some(Takes::Two)) => Values::sure(2),
        Some(None) | None => Values::some(),
    }
}

/// What the option that a word is, or the last one of a cluster, takes from the words behind it.
fn takes_of(text: &str, entry: &Entry) -> Option<Takes> {
    if entry.syntax == Syntax::Flags {
        return match text.split_once('=') {
            Some(_) => Some(Takes::Nothing),
            None => entry.long_option(one_dash(text)).map(|option| option.takes),
        };
    }
    let whole = text.starts_with("--") || entry.syntax == Syntax::Find;
    if whole {
        return entry.long_option(text).map(|option| option.takes);
    }
    let mut letters = text.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        let takes = takes_of_letter(letter, entry)?;
        match takes {
            Takes::Nothing => {}
            Takes::Optional => return Some(Takes::Optional),
            Takes::One | Takes::Two if letters.peek().is_some() => return Some(Takes::Nothing),
            Takes::One | Takes::Two => return Some(takes),
        }
    }
    Some(Takes::Nothing)
}

fn takes_of_letter(letter: char, entry: &Entry) -> Option<Takes> {
    let mut name = String::from("-");
    name.push(letter);
    entry.option(&name).map(|option| option.takes)
}

/// How surely a word is this option, or holds it.
fn meets(option: &str, value: &Value, entry: Option<&Entry>) -> Option<Certainty> {
    match value {
        Value::Exact(text) => meets_text(option, text, entry),
        Value::OneOf(texts) => texts
            .iter()
            .any(|text| meets_text(option, text, entry).is_some())
            .then_some(Certainty::Maybe),
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
            may_begin_with_dash(value).then_some(Certainty::Maybe)
        }
    }
}

fn meets_text(option: &str, text: &str, entry: Option<&Entry>) -> Option<Certainty> {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    let is_flag = |entry: &Entry| entry.syntax == Syntax::Flags && one_dash(name) == one_dash(option);
    if name == option || entry.is_some_and(is_flag) {
        return Some(Certainty::Yes);
    }
    let bare = name.trim_start_matches('-');
    if !text.starts_with('-') || bare.is_empty() {
        return None;
    }
    if option.chars().count() > 2 {
        // An abbreviation, of `--output` or of `-output`; a program may take one dash for two.
        let is_begun = option.trim_start_matches('-').starts_with(bare);
        let is_other = entry.is_some_and(|entry| entry.option(name).is_some());
        return (is_begun && !is_other).then_some(Certainty::Maybe);
    }
    let letter = option.chars().nth(1)?;
    let is_whole = |entry: &Entry| matches!(entry.syntax, Syntax::Find | Syntax::Flags);
    if text.starts_with("--") || entry.is_some_and(is_whole) {
        return None;
    }
    in_cluster(letter, text, entry)
}

/// How surely the letter is one of the options in `-abc`.
fn in_cluster(letter: char, text: &str, entry: Option<&Entry>) -> Option<Certainty> {
    let mut sure = entry.map_or(Certainty::Maybe, |_| Certainty::Yes);
    for found in text.chars().skip(1) {
        if found == letter {
            return Some(sure);
        }
        match entry.and_then(|entry| takes_of_letter(found, entry)) {
            // What follows is its value.
            Some(Takes::One | Takes::Two | Takes::Optional) => return None,
            Some(Takes::Nothing) => {}
            None => sure = Certainty::Maybe,
        }
    }
    None
}
