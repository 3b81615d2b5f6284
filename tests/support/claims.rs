//! Whether a segment foresaw an argv that was really executed.

use shell_parser::{Segment, Value};

/// Whether these arguments are among those that the segment says are possible.
pub fn claims(segment: &Segment, argv: &[String]) -> bool {
    let values: Vec<&Value> = segment.argv.iter().map(|argument| &argument.value).collect();
    fits(&values, argv)
}

/// Whether the values can become exactly these fields.
fn fits(values: &[&Value], fields: &[String]) -> bool {
    let Some((value, values)) = values.split_first() else {
        return fields.is_empty();
    };
    let one = |accepts: &dyn Fn(&str) -> bool| match fields.split_first() {
        Some((field, fields)) => accepts(field) && fits(values, fields),
        None => false,
    };
    let several = |least: usize| {
        (least..=fields.len()).any(|count| fields.get(count..).is_some_and(|rest| fits(values, rest)))
    };
    match value {
        Value::Exact(text) => one(&|field| field == text.as_ref()),
        Value::OneOf(texts) => one(&|field| texts.iter().any(|text| text.as_ref() == field)),
        Value::One { prefix, suffix } => one(&|field| {
            field.len() >= prefix.len().saturating_add(suffix.len())
                && field.starts_with(prefix.as_ref())
                && field.ends_with(suffix.as_ref())
        }),
        Value::Glob(_) => several(1),
        Value::Found(_) | Value::Many => several(0),
    }
}
