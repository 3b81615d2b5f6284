//! Methods of strings.

use std::rc::Rc;

use super::super::call::Arguments;
use super::super::format;
use super::super::heap::Heap;
use super::super::stop::Stop;
use super::super::value::Value;

/// `text.name(arguments)`; `None` where there is no such method or it takes something else.
pub(super) fn call(
    heap: &mut Heap<'_>,
    text: &Rc<str>,
    name: &str,
    arguments: &Arguments,
) -> Result<Option<Value>, Stop> {
    // Every method reads the text, and most make one of at most its size.
    heap.meter.take(text.len())?;
    let texts: Vec<Option<&str>> = arguments
        .positional
        .iter()
        .map(|value| value.as_text().map(|text| &*text.text))
        .collect();
    let read = texts.iter().flatten().map(|argument| argument.len());
    heap.meter.read(read.fold(0, usize::saturating_add))?;
    if name == "format" {
        return format::braces(heap, text, &arguments.positional, &arguments.named)
            .map(|text| Some(Value::text(text)));
    }
    if name == "join" {
        return join(heap, text, &arguments.positional);
    }
    if let ("startswith" | "endswith", [value]) = (name, &*arguments.positional) {
        return affixed(heap, text, name == "startswith", value).map(Some);
    }
    if let "split" | "rsplit" = name {
        return split(heap, text, name == "split", arguments);
    }
    match (name, &*texts) {
        ("replace", [Some(from), Some(to)]) => {
            let count = if from.is_empty() {
                text.len().saturating_add(1)
            } else {
                text.matches(from).count()
            };
            heap.meter.take(count.saturating_mul(to.len()))?;
            Ok(Some(Value::text(text.replace(from, to))))
        }
        ("count", [Some(part)]) => Ok(Some(number(Some(text.matches(part).count())))),
        ("find", [Some(part)]) => Ok(Some(number(characters_before(text, text.find(part))))),
        ("rfind", [Some(part)]) => Ok(Some(number(characters_before(text, text.rfind(part))))),
        ("partition", [Some(at)]) => {
            let (before, after) = text
                .split_once(at)
                .map_or((&**text, None), |(before, after)| (before, Some(after)));
            let parts = [before, after.map_or("", |_| at), after.unwrap_or("")];
            heap.tuple(parts.map(Value::text).to_vec(), None).map(Some)
        }
        ("rpartition", [Some(at)]) => {
            let (before, after) = text
                .rsplit_once(at)
                .map_or((None, &**text), |(before, after)| (Some(before), after));
            let parts = [before.unwrap_or(""), before.map_or("", |_| at), after];
            heap.tuple(parts.map(Value::text).to_vec(), None).map(Some)
        }
        ("splitlines", []) => {
            heap.meter.take_values(text.lines().count())?;
            let lines = text.lines().map(Value::text).collect();
            heap.list(lines, None).map(Some)
        }
        ("strip" | "lstrip" | "rstrip", [Some(set)]) => {
            heap.meter.read(text.len().saturating_mul(set.len()))?;
            Ok(one_line(text, name, &texts))
        }
        _ => Ok(one_line(text, name, &texts)),
    }
}

/// The methods whose text is their meaning.
fn one_line(text: &str, name: &str, arguments: &[Option<&str>]) -> Option<Value> {
    let all = |is_so: fn(char) -> bool| Value::Bool(!text.is_empty() && text.chars().all(is_so));
    let made = match (name, arguments) {
        ("lower", []) => text.to_lowercase(),
        ("upper", []) => text.to_uppercase(),
        ("capitalize", []) => {
            let mut characters = text.chars();
            let first = characters.next().map(|first| first.to_uppercase().to_string());
            first.unwrap_or_default() + &characters.as_str().to_lowercase()
        }
        ("strip", []) => text.trim().to_owned(),
        ("lstrip", []) => text.trim_start().to_owned(),
        ("rstrip", []) => text.trim_end().to_owned(),
        ("strip", [Some(set)]) => text.trim_matches(|one| set.contains(one)).to_owned(),
        ("lstrip", [Some(set)]) => text.trim_start_matches(|one| set.contains(one)).to_owned(),
        ("rstrip", [Some(set)]) => text.trim_end_matches(|one| set.contains(one)).to_owned(),
        ("removeprefix", [Some(part)]) => text.strip_prefix(part).unwrap_or(text).to_owned(),
        ("removesuffix", [Some(part)]) => text.strip_suffix(part).unwrap_or(text).to_owned(),
        ("isalpha", []) => return Some(all(char::is_alphabetic)),
        ("isalnum", []) => return Some(all(char::is_alphanumeric)),
        ("isdigit", []) => return Some(all(char::is_numeric)),
        ("isspace", []) => return Some(all(char::is_whitespace)),
        ("islower", []) => {
            return Some(Value::Bool(
                text.to_lowercase() == text && text.to_uppercase() != text,
            ));
        }
        ("isupper", []) => {
            return Some(Value::Bool(
                text.to_uppercase() == text && text.to_lowercase() != text,
            ));
        }
        _ => return None,
    };
    Some(Value::text(made))
}

fn join(heap: &mut Heap<'_>, between: &str, arguments: &[Value]) -> Result<Option<Value>, Stop> {
    let [values] = arguments else {
        return Ok(None);
    };
    let mut joined = String::new();
    for (number, value) in heap.iterate(values)?.iter().enumerate() {
        let Some(text) = value.as_text() else {
            return Err(Stop::wrong(format!(
                "`join` takes strings, not a {}",
                value.kind()
            )));
        };
        heap.meter.take(text.text.len().saturating_add(between.len()))?;
        if number > 0 {
            joined.push_str(between);
        }
        joined.push_str(&text.text);
    }
    Ok(Some(Value::text(joined)))
}

/// `startswith` and `endswith` take one text or a tuple of them.
fn affixed(heap: &mut Heap<'_>, text: &str, at_start: bool, value: &Value) -> Result<Value, Stop> {
    let parts = if value.as_text().is_some() {
        vec![value.clone()]
    } else {
        heap.iterate(value)?
    };
    for part in parts.iter().filter_map(Value::as_text) {
        heap.meter.step(1)?;
        heap.meter.read(part.text.len().min(text.len()))?;
    }
    let found = parts.iter().filter_map(Value::as_text).any(|part| {
        if at_start {
            text.starts_with(&*part.text)
        } else {
            text.ends_with(&*part.text)
        }
    });
    Ok(Value::Bool(found))
}

fn split(
    heap: &mut Heap<'_>,
    text: &str,
    from_start: bool,
    arguments: &Arguments,
) -> Result<Option<Value>, Stop> {
    let most = arguments
        .positional
        .get(1)
        .and_then(Value::as_int)
        .and_then(|most| usize::try_from(most).ok());
    let most = most.map_or(usize::MAX, |most| most.saturating_add(1));
    let count = match arguments.positional.first() {
        Some(Value::Text(at)) if !at.text.is_empty() => text.matches(&*at.text).count(),
        _ => text.split_whitespace().count(),
    };
    heap.meter.take_values(count.min(most).saturating_add(1))?;
    let mut parts: Vec<&str> = match arguments.positional.first() {
        None | Some(Value::None) => text.split_whitespace().collect(),
        Some(Value::Text(at)) if at.text.is_empty() => return Err(Stop::wrong("the separator is empty")),
        Some(Value::Text(at)) if from_start => text.splitn(most, &*at.text).collect(),
        Some(Value::Text(at)) => text.rsplitn(most, &*at.text).collect(),
        Some(_) => return Ok(None),
    };
    if !from_start
        && arguments
            .positional
            .first()
            .is_some_and(|at| at.as_text().is_some())
    {
        parts.reverse();
    }
    let values = parts.into_iter().map(Value::text).collect();
    heap.list(values, None).map(Some)
}

/// A count, or -1 for nowhere.
fn number(count: Option<usize>) -> Value {
    Value::Int(count.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1))
}

/// The number of characters before a byte.
fn characters_before(text: &str, byte: Option<usize>) -> Option<usize> {
    text.get(..byte?).map(|before| before.chars().count())
}
