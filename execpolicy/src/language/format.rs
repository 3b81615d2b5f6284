//! Values as text: `str`, `repr`, `%` and `{}`.

use std::rc::Rc;

use super::bounds::Bound;
use super::heap::Heap;
use super::sequence::DEEPEST;
use super::stop::Stop;
use super::value::Value;

/// A value as `str` gives it: a string as it is, all else as a policy writes it.
pub(super) fn display(heap: &mut Heap<'_>, value: &Value) -> Result<String, Stop> {
    match value.as_text() {
        Some(text) => {
            heap.meter.take(text.text.len())?;
            Ok(text.text.to_string())
        }
        None => repr(heap, value),
    }
}

/// A value as a policy writes it.
pub(super) fn repr(heap: &mut Heap<'_>, value: &Value) -> Result<String, Stop> {
    let mut shown = String::new();
    write(heap, value, &mut shown, DEEPEST)?;
    Ok(shown)
}

fn write(heap: &mut Heap<'_>, value: &Value, to: &mut String, depth: usize) -> Result<(), Stop> {
    let put = |heap: &mut Heap<'_>, to: &mut String, text: &str| {
        heap.meter.step(1)?;
        heap.meter.take(text.len())?;
        to.push_str(text);
        Ok::<(), Stop>(())
    };
    let Some(deeper) = depth.checked_sub(1) else {
        return Err(Bound::Nesting.exceeded());
    };
    match value {
        Value::None => put(heap, to, "None"),
        Value::Bool(true) => put(heap, to, "True"),
        Value::Bool(false) => put(heap, to, "False"),
        Value::Int(number) => put(heap, to, &number.to_string()),
        Value::Text(text) => {
            heap.meter.take(text.text.len())?;
            put(heap, to, &format!("{:?}", text.text))
        }
        Value::Range(range) => {
            let shown = if range.step == 1 {
                format!("range({}, {})", range.start, range.end)
            } else {
                format!("range({}, {}, {})", range.start, range.end, range.step)
            };
            put(heap, to, &shown)
        }
        Value::Function(number) => {
            let name = heap.function_at(*number).map_or("", |function| function.name);
            put(heap, to, &format!("<function {name}>"))
        }
        Value::Token(token) => put(heap, to, &token.token.to_string()),
        Value::Builtin(builtin) => put(heap, to, &format!("<built-in function {}>", builtin.name())),
        Value::List(_) | Value::Tuple(_) => {
            let (open, close) = if matches!(value, Value::List(_)) {
                ("[", "]")
            } else {
                ("(", ")")
            };
            let items = heap.iterate(value)?;
            put(heap, to, open)?;
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    put(heap, to, ", ")?;
                }
                write(heap, item, to, deeper)?;
            }
            let single = matches!(value, Value::Tuple(_)) && items.len() == 1;
            put(heap, to, if single { ",)" } else { close })
        }
        Value::Dict(number) => {
            let count = heap.dict_at(*number).map_or(0, |dict| dict.entries.len());
            heap.meter.take_values(count.saturating_mul(2))?;
            let entries = heap
                .dict_at(*number)
                .map(|dict| dict.entries.clone())
                .unwrap_or_default();
            put(heap, to, "{")?;
            for (number, (key, value)) in entries.iter().enumerate() {
                if number > 0 {
                    put(heap, to, ", ")?;
                }
                write(heap, key, to, deeper)?;
                put(heap, to, ": ")?;
                write(heap, value, to, deeper)?;
            }
            put(heap, to, "}")
        }
    }
}

/// `template % values`, with `%s`, `%r`, `%d` and `%%`.
pub(super) fn percent(heap: &mut Heap<'_>, template: &str, values: &Value) -> Result<String, Stop> {
    let values = if matches!(values, Value::Tuple(_)) {
        heap.iterate(values)?
    } else {
        vec![values.clone()]
    };
    let mut values = values.iter();
    heap.meter.take(template.len())?;
    let mut text = String::new();
    let mut characters = template.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let kind = characters.next();
        if kind == Some('%') {
            text.push('%');
            continue;
        }
        let value = values
            .next()
            .ok_or_else(|| Stop::wrong("`%` needs more values than there are"))?;
        let shown = match kind {
            Some('s') => display(heap, value)?,
            Some('r') => repr(heap, value)?,
            Some('d') if value.as_int().is_some() => repr(heap, value)?,
            _ => return Err(Stop::wrong("`%` knows `%s`, `%r`, `%d` of a number, and `%%`")),
        };
        text.push_str(&shown);
    }
    if values.next().is_some() {
        return Err(Stop::wrong("`%` has more values than it needs"));
    }
    Ok(text)
}

/// `template.format(…)`, with `{}`, `{0}`, `{name}`, `!s`, `!r`, `{{` and `}}`.
pub(super) fn braces(
    heap: &mut Heap<'_>,
    template: &str,
    positional: &[Value],
    named: &[(Rc<str>, Value)],
) -> Result<String, Stop> {
    heap.meter.take(template.len())?;
    let mut text = String::new();
    let mut next = 0_usize;
    let mut rest = template;
    while let Some(place) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at_checked(place).unwrap_or((rest, ""));
        text.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            text.push('{');
            rest = after;
            continue;
        }
        if let Some(after) = from.strip_prefix("}}") {
            text.push('}');
            rest = after;
            continue;
        }
        let field = from.strip_prefix('{').and_then(|from| from.split_once('}'));
        let (field, after) = field.ok_or_else(|| Stop::wrong("a brace of the format does not close"))?;
        rest = after;
        let (name, conversion) = field.split_once('!').unwrap_or((field, "s"));
        heap.meter.step(named.len() / 8)?;
        let value = if name.is_empty() {
            next = next.saturating_add(1);
            positional.get(next.saturating_sub(1))
        } else if let Ok(number) = name.parse::<usize>() {
            positional.get(number)
        } else {
            named
                .iter()
                .find(|(given, _)| **given == *name)
                .map(|(_, value)| value)
        };
        let value = value.ok_or_else(|| Stop::wrong(format!("the format has no value for `{{{field}}}`")))?;
        let shown = match conversion {
            "s" => display(heap, value)?,
            "r" => repr(heap, value)?,
            _ => return Err(Stop::wrong(format!("the format does not know `!{conversion}`"))),
        };
        text.push_str(&shown);
    }
    text.push_str(rest);
    Ok(text)
}
