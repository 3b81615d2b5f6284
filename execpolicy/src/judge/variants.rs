//! Words and a directory that are one of a known few, taken one by one.

use std::borrow::Cow;

use shell_parser::{Segment, Value};

/// How many combinations are taken one by one; past that the words count as not known to the byte, and the directory
/// as not known.
const COMBINATIONS: usize = 64;

/// The segment once for each combination of its directories and the values of its words, or as it is.
pub(super) fn of(segment: &Segment) -> Cow<'_, [Segment]> {
    let counts = segment
        .argv
        .iter()
        .map(|argument| choices(&argument.value).len().max(1));
    let directories = segment.directory.choices().len().max(1);
    let combinations = counts.fold(directories, usize::saturating_mul);
    if combinations <= 1 || combinations > COMBINATIONS {
        return Cow::Borrowed(std::slice::from_ref(segment));
    }
    let mut variants = segment.in_each_directory().into_owned();
    for (place, argument) in segment.argv.iter().enumerate() {
        let texts = choices(&argument.value);
        if texts.is_empty() {
            continue;
        }
        let each = variants.iter().flat_map(|variant| {
            texts.iter().map(move |text| {
                let mut chosen = variant.clone();
                if let Some(argument) = chosen.argv.get_mut(place) {
                    argument.value = Value::Exact(text.clone());
                }
                chosen
            })
        });
        variants = each.collect();
    }
    Cow::Owned(variants)
}

/// The texts to choose from; none where there is no choice.
fn choices(value: &Value) -> &[Box<str>] {
    match value {
        Value::OneOf(texts) => texts,
        Value::Exact(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => &[],
    }
}
