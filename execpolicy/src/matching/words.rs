//! The words after the program: whether they begin with a rule's tokens.

use shell_parser::Value;

use crate::{Certainty, Token};

/// How surely these words begin with these tokens; `None` is No. With `rest(…)` behind them, all words count.
///
/// A `Many` may vanish or become anything, so nothing after it is certain and every token that is left may be met. A
/// `Glob` becomes one word or more. The tokens that may be met so far are followed as a set, one word at a time.
pub(crate) fn cover<'a>(tokens: &[Token], mut words: impl Iterator<Item = &'a Value>) -> Option<Certainty> {
    let (tokens, rest) = match tokens.split_last() {
        Some((Token::Rest(rest), tokens)) => (tokens, Some(&**rest)),
        Some(_) | None => (tokens, None),
    };
    if tokens.is_empty() && rest.is_none() {
        return Some(Certainty::Yes);
    }
    // `met` holds every number of tokens that the words so far may have met; `sure` whether there is only one.
    let mut met = vec![0_usize];
    let mut sure = Certainty::Yes;
    while let Some(word) = words.next() {
        if let ([count], Value::Many | Value::Glob(_), None) = (met.as_slice(), word, rest) {
            let left = tokens.get(*count..).unwrap_or_default();
            if left.iter().all(|token| *token == Token::Any) {
                // Only their number matters, and every word but a `Many` is one at least.
                let certain = std::iter::once(word)
                    .chain(words)
                    .filter(|word| !matches!(word, Value::Found(_) | Value::Many));
                let enough = certain.take(left.len()).count() == left.len();
                return Some(if enough { sure } else { Certainty::Maybe });
            }
        }
        let mut next = Vec::new();
        for count in met {
            match word {
                Value::Found(_) | Value::Many => return Some(Certainty::Maybe),
                Value::Glob(_) => {
                    sure = Certainty::Maybe;
                    let left = tokens.iter().skip(count);
                    let run = left.take_while(|token| meets(token, word).is_some()).count();
                    next.extend((1..=run).map(|more| count.saturating_add(more)));
                    if count.saturating_add(run) == tokens.len()
                        && rest.is_some_and(|rest| meets_any(rest, word).is_some())
                    {
                        next.push(tokens.len());
                    }
                }
                Value::Exact(_) | Value::OneOf(_) | Value::One { .. } => {
                    let certainty = match tokens.get(count) {
                        Some(token) => meets(token, word),
                        None => rest.and_then(|rest| meets_any(rest, word)),
                    };
                    if let Some(certainty) = certainty {
                        sure = sure.min(certainty);
                        next.push(count.saturating_add(1).min(tokens.len()));
                    }
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        if rest.is_none() && next.contains(&tokens.len()) {
            return Some(sure);
        }
        if next.is_empty() {
            return None;
        }
        met = next;
    }
    (rest.is_some() && met.contains(&tokens.len())).then_some(sure)
}

/// How surely one word of this value meets one of the tokens.
fn meets_any(tokens: &[Token], value: &Value) -> Option<Certainty> {
    if let Value::OneOf(texts) = value {
        // Each of its texts may meet another token.
        let met = texts.iter().map(|text| {
            let text = Value::Exact(text.clone());
            tokens.iter().any(|token| meets(token, &text).is_some())
        });
        return of_all(met);
    }
    tokens.iter().filter_map(|token| meets(token, value)).max()
}

/// How surely one word of this value is one of the token's.
fn meets(token: &Token, value: &Value) -> Option<Certainty> {
    match token {
        Token::Word(_) | Token::OneOf(_) => is_one_of(token.words(), value),
        Token::Matching(pattern) => match value {
            Value::Exact(text) => pattern.matches(text).then_some(Certainty::Yes),
            Value::OneOf(texts) => of_all(texts.iter().map(|text| pattern.matches(text))),
            Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => Some(Certainty::Maybe),
        },
        Token::Any => Some(Certainty::Yes),
        Token::Rest(tokens) => meets_any(tokens, value),
    }
}

/// How surely one word of this value is one of these.
fn is_one_of(words: &[Box<str>], value: &Value) -> Option<Certainty> {
    match value {
        Value::Exact(text) => words.contains(text).then_some(Certainty::Yes),
        Value::OneOf(texts) => of_all(texts.iter().map(|text| words.contains(text))),
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => words
            .iter()
            .any(|word| can_be(value, word))
            .then_some(Certainty::Maybe),
    }
}

/// Yes where it holds of all, No where of none.
fn of_all(each: impl Iterator<Item = bool>) -> Option<Certainty> {
    let mut some = false;
    let mut all = true;
    for holds in each {
        some |= holds;
        all &= holds;
    }
    match (some, all) {
        (false, _) => None,
        (true, true) => Some(Certainty::Yes),
        (true, false) => Some(Certainty::Maybe),
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
        Value::Found(_) | Value::Many => true,
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
