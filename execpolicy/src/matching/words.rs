//! The words after the program: whether they begin with a rule's tokens.

use shell_parser::Value;

use crate::{Certainty, Token};

/// How surely these words begin with these tokens; `None` is No.
///
/// A `Many` may vanish or become anything, so nothing after it is certain and every token that is left may be met. A
/// `Glob` becomes one word or more. The tokens that may be met so far are followed as a set, one word at a time.
pub(crate) fn cover<'a>(tokens: &[Token], words: impl Iterator<Item = &'a Value>) -> Option<Certainty> {
    if tokens.is_empty() {
        return Some(Certainty::Yes);
    }
    // `met` holds every number of tokens that the words so far may have met; `sure` whether there is only one.
    let mut met = vec![0_usize];
    let mut sure = Certainty::Yes;
    for word in words {
        let mut next = Vec::new();
        for count in met {
            match word {
                Value::Many => return Some(Certainty::Maybe),
                Value::Glob(_) => {
                    sure = Certainty::Maybe;
                    let left = tokens.iter().skip(count);
                    let run = left.take_while(|token| meets(token, word).is_some()).count();
                    next.extend((1..=run).map(|more| count.saturating_add(more)));
                }
                Value::Exact(_) | Value::OneOf(_) | Value::One { .. } => {
                    if let Some(certainty) = tokens.get(count).and_then(|token| meets(token, word)) {
                        sure = sure.min(certainty);
                        next.push(count.saturating_add(1));
                    }
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        if next.contains(&tokens.len()) {
            return Some(sure);
        }
        if next.is_empty() {
            return None;
        }
        met = next;
    }
    None
}

/// How surely one word of this value is one of the token's.
fn meets(token: &Token, value: &Value) -> Option<Certainty> {
    let words = token.words();
    match value {
        Value::Exact(text) => words.contains(text).then_some(Certainty::Yes),
        Value::OneOf(texts) => {
            let meeting = texts.iter().filter(|text| words.contains(text)).count();
            match meeting {
                0 => None,
                all if all == texts.len() => Some(Certainty::Yes),
                _ => Some(Certainty::Maybe),
            }
        }
        Value::One { .. } | Value::Glob(_) | Value::Many => words
            .iter()
            .any(|word| can_be(value, word))
            .then_some(Certainty::Maybe),
    }
}

/// Whether one word of this value can be exactly this text.
fn can_be(value: &Value, text: &str) -> bool {
    match value {
        Value::Exact(exact) => **exact == *text,
        Value::OneOf(texts) => texts.iter().any(|one| **one == *text),
        Value::One { prefix, suffix } => is_between(prefix, text, suffix),
        Value::Glob(pattern) => {
            let (prefix, suffix) = literal_ends(pattern);
            is_between(prefix, text, suffix)
        }
        Value::Many => true,
    }
}

/// What every path that a glob matches begins and ends with, and so does the glob itself.
pub(super) fn literal_ends(pattern: &str) -> (&str, &str) {
    const SPECIAL: &[char] = &['*', '?', '[', ']', '\\', '(', ')', '|', '!', '@', '+', '{', '}'];
    let prefix = pattern.split(SPECIAL).next().unwrap_or("");
    let suffix = pattern.rsplit(SPECIAL).next().unwrap_or("");
    if prefix.len() == pattern.len() {
        (prefix, "")
    } else {
        (prefix, suffix)
    }
}

/// Whether the text begins and ends so, without the two overlapping.
fn is_between(prefix: &str, text: &str, suffix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.ends_with(suffix))
}
