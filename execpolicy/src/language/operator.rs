//! Operators, indices and slices.

use std::cmp::Ordering;

use starlark_syntax::syntax::ast::{AssignOp, BinOp};

use super::format;
use super::heap::Heap;
use super::stop::Stop;
use super::value::{Range, Value};

/// What an operator makes of two values; `and` and `or` are decided before.
pub(super) fn binary(heap: &mut Heap<'_>, op: BinOp, left: &Value, right: &Value) -> Result<Value, Stop> {
    let ordered = |heap: &mut Heap<'_>, wanted: &[Ordering]| {
        let order = heap.order(left, right)?;
        Ok(Value::Bool(wanted.contains(&order)))
    };
    match op {
        BinOp::And | BinOp::Or => Ok(right.clone()),
        BinOp::Equal => Ok(Value::Bool(heap.equal(left, right)?)),
        BinOp::NotEqual => Ok(Value::Bool(!heap.equal(left, right)?)),
        BinOp::Less => ordered(heap, &[Ordering::Less]),
        BinOp::Greater => ordered(heap, &[Ordering::Greater]),
        BinOp::LessOrEqual => ordered(heap, &[Ordering::Less, Ordering::Equal]),
        BinOp::GreaterOrEqual => ordered(heap, &[Ordering::Greater, Ordering::Equal]),
        BinOp::In => Ok(Value::Bool(contains(heap, right, left)?)),
        BinOp::NotIn => Ok(Value::Bool(!contains(heap, right, left)?)),
        BinOp::Add => add(heap, left, right),
        BinOp::Multiply => multiply(heap, left, right),
        BinOp::Percent => match left.as_text() {
            Some(text) => {
                let text = text.text.clone();
                Ok(Value::text(format::percent(heap, &text, right)?))
            }
            None => arithmetic("%", left, right, |left, right| {
                let rest = left.checked_rem(right)?;
                let other_side = rest != 0 && (rest < 0) != (right < 0);
                if other_side {
                    rest.checked_add(right)
                } else {
                    Some(rest)
                }
            }),
        },
        BinOp::FloorDivide => arithmetic("//", left, right, |left, right| {
            let whole = left.checked_div(right)?;
            let inexact = left.checked_rem(right)? != 0;
            if inexact && (left < 0) != (right < 0) {
                whole.checked_sub(1)
            } else {
                Some(whole)
            }
        }),
        BinOp::Divide => {
            Err(Stop::wrong("policies have no floating-point numbers").help("whole numbers divide by `//`"))
        }
        BinOp::Subtract => arithmetic("-", left, right, i64::checked_sub),
        BinOp::BitAnd => arithmetic("&", left, right, |left, right| Some(left & right)),
        BinOp::BitOr => union(heap, left, right),
        BinOp::BitXor => arithmetic("^", left, right, |left, right| Some(left ^ right)),
        BinOp::LeftShift => arithmetic("<<", left, right, |left, right| {
            let factor = 1_i64
                .checked_shl(u32::try_from(right).ok()?)
                .filter(|factor| *factor > 0)?;
            left.checked_mul(factor)
        }),
        BinOp::RightShift => arithmetic(">>", left, right, |left, right| {
            Some(left >> u32::try_from(right).ok()?.min(63))
        }),
    }
}

/// What `+=` and its like make of a value: a list grows in place.
pub(super) fn modify(heap: &mut Heap<'_>, op: AssignOp, old: &Value, value: &Value) -> Result<Value, Stop> {
    if let (AssignOp::Add, Value::List(list)) = (op, old) {
        let more = heap.iterate(value)?;
        if let Some(items) = heap.items_mut(*list) {
            items.extend(more);
        }
        return Ok(old.clone());
    }
    let op = match op {
        AssignOp::Add => BinOp::Add,
        AssignOp::Subtract => BinOp::Subtract,
        AssignOp::Multiply => BinOp::Multiply,
        AssignOp::Divide => BinOp::Divide,
        AssignOp::FloorDivide => BinOp::FloorDivide,
        AssignOp::Percent => BinOp::Percent,
        AssignOp::BitAnd => BinOp::BitAnd,
        AssignOp::BitOr => BinOp::BitOr,
        AssignOp::BitXor => BinOp::BitXor,
        AssignOp::LeftShift => BinOp::LeftShift,
        AssignOp::RightShift => BinOp::RightShift,
    };
    binary(heap, op, old, value)
}

/// Whether a value counts as true: nothing, zero and what is empty do not.
pub(super) fn truth(heap: &Heap<'_>, value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Text(text) => !text.text.is_empty(),
        Value::List(_) | Value::Tuple(_) => heap.items(value).is_some_and(|items| !items.is_empty()),
        Value::Dict(number) => heap.dict_at(*number).is_some_and(|dict| !dict.entries.is_empty()),
        Value::Range(range) => range.len() > 0,
        Value::Function(_) | Value::Token(_) | Value::Builtin(_) => true,
    }
}

/// `-x`
pub(super) fn negate(value: &Value) -> Result<Value, Stop> {
    let number = value.as_int().and_then(i64::checked_neg);
    number.map(Value::Int).ok_or_else(|| unsuited("-", value))
}

/// `+x`
pub(super) fn number(value: Value) -> Result<Value, Stop> {
    if value.as_int().is_some() {
        Ok(value)
    } else {
        Err(unsuited("+", &value))
    }
}

/// `~x`
pub(super) fn bit_not(value: &Value) -> Result<Value, Stop> {
    value
        .as_int()
        .map(|number| Value::Int(!number))
        .ok_or_else(|| unsuited("~", value))
}

fn unsuited(sign: &str, value: &Value) -> Stop {
    Stop::wrong(format!("`{sign}` does not go with a {}", value.kind()))
}

fn arithmetic(
    sign: &str,
    left: &Value,
    right: &Value,
    compute: impl Fn(i64, i64) -> Option<i64>,
) -> Result<Value, Stop> {
    let (Some(left), Some(right)) = (left.as_int(), right.as_int()) else {
        let message = format!(
            "`{sign}` does not go with a {} and a {}",
            left.kind(),
            right.kind()
        );
        return Err(Stop::wrong(message));
    };
    let result = compute(left, right);
    result
        .map(Value::Int)
        .ok_or_else(|| Stop::wrong(format!("`{left} {sign} {right}` has no result")))
}

fn add(heap: &mut Heap<'_>, left: &Value, right: &Value) -> Result<Value, Stop> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            heap.meter
                .take(left.text.len().saturating_add(right.text.len()))?;
            Ok(Value::text(format!("{}{}", left.text, right.text)))
        }
        (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
            let mut items = heap.iterate(left)?;
            items.extend(heap.iterate(right)?);
            same_kind(heap, left, items)
        }
        _ => arithmetic("+", left, right, i64::checked_add),
    }
}

fn multiply(heap: &mut Heap<'_>, left: &Value, right: &Value) -> Result<Value, Stop> {
    let (value, count) = match (left, right) {
        (Value::Text(_) | Value::List(_) | Value::Tuple(_), Value::Int(count)) => (left, *count),
        (Value::Int(count), Value::Text(_) | Value::List(_) | Value::Tuple(_)) => (right, *count),
        _ => return arithmetic("*", left, right, i64::checked_mul),
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    if let Some(text) = value.as_text() {
        heap.meter.take(text.text.len().saturating_mul(count))?;
        return Ok(Value::text(text.text.repeat(count)));
    }
    let length = heap.items(value).map_or(0, <[Value]>::len);
    heap.meter.take_values(length.saturating_mul(count))?;
    let total = length.saturating_mul(count);
    let items = heap.items(value).unwrap_or(&[]);
    let repeated = items.iter().cycle().take(total).cloned().collect();
    same_kind(heap, value, repeated)
}

/// A list or tuple, as the other value is one.
fn same_kind(heap: &mut Heap<'_>, like: &Value, items: Vec<Value>) -> Result<Value, Stop> {
    if matches!(like, Value::Tuple(_)) {
        heap.tuple(items, None)
    } else {
        heap.list(items, None)
    }
}

fn union(heap: &mut Heap<'_>, left: &Value, right: &Value) -> Result<Value, Stop> {
    let (Value::Dict(left), Value::Dict(right)) = (left, right) else {
        return arithmetic("|", left, right, |left, right| Some(left | right));
    };
    let mut entries = Vec::new();
    for number in [left, right] {
        let count = heap.dict_at(*number).map_or(0, |dict| dict.entries.len());
        heap.meter.take_values(count.saturating_mul(2))?;
        entries.extend(
            heap.dict_at(*number)
                .map(|dict| dict.entries.clone())
                .unwrap_or_default(),
        );
    }
    heap.dict(entries)
}

fn contains(heap: &mut Heap<'_>, container: &Value, value: &Value) -> Result<bool, Stop> {
    match (container, value) {
        (Value::Text(text), Value::Text(part)) => {
            // A search reads what it looks for first.
            heap.meter.read(text.text.len().saturating_add(part.text.len()))?;
            Ok(text.text.contains(&*part.text))
        }
        (Value::Dict(dict), _) => Ok(heap.look_up(*dict, value)?.is_some()),
        (Value::List(_) | Value::Tuple(_) | Value::Range(_), _) => {
            for item in heap.iterate(container)? {
                if heap.equal(&item, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(Stop::wrong(format!(
            "a {} cannot be in a {}",
            value.kind(),
            container.kind()
        ))),
    }
}

/// `container[index]`
pub(super) fn index(heap: &mut Heap<'_>, container: &Value, index: &Value) -> Result<Value, Stop> {
    if let Value::Dict(dict) = container {
        let found = heap.look_up(*dict, index)?;
        return match found {
            Some(value) => Ok(value),
            None => Err(Stop::wrong(format!(
                "the dict has no key {}",
                format::repr(heap, index)?
            ))),
        };
    }
    let length = length(heap, container)?;
    let place = position(index, length)?;
    let found = match container {
        Value::Text(text) => text
            .text
            .chars()
            .nth(place)
            .map(|character| Value::text(character.to_string())),
        Value::Range(range) => range.numbers().nth(place).map(Value::Int),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Dict(_)
        | Value::Function(_)
        | Value::Token(_)
        | Value::Builtin(_) => heap.items(container).and_then(|items| items.get(place)).cloned(),
    };
    found.ok_or_else(|| Stop::wrong("the index is out of range"))
}

/// `container[index] = value`
pub(super) fn set_index(
    heap: &mut Heap<'_>,
    container: &Value,
    index: Value,
    value: Value,
) -> Result<(), Stop> {
    if let Value::Dict(dict) = container {
        return heap.insert(*dict, index, value);
    }
    let Value::List(list) = container else {
        let message = format!("the elements of a {} cannot be changed", container.kind());
        return Err(Stop::wrong(message));
    };
    let place = position(&index, length(heap, container)?)?;
    if let Some(item) = heap.items_mut(*list).and_then(|items| items.get_mut(place)) {
        *item = value;
    }
    Ok(())
}

/// How many values, or characters, a value holds.
pub(super) fn length(heap: &mut Heap<'_>, value: &Value) -> Result<usize, Stop> {
    match value {
        Value::Text(text) => {
            heap.meter.step(text.text.len() / 64)?;
            Ok(text.text.chars().count())
        }
        Value::Range(range) => {
            // Numbers are counted out when they are asked for.
            heap.meter.step(range.len() / 8)?;
            Ok(range.len())
        }
        Value::Dict(number) => Ok(heap.dict_at(*number).map_or(0, |dict| dict.entries.len())),
        Value::List(_) | Value::Tuple(_) => Ok(heap.items(value).map_or(0, <[Value]>::len)),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Function(_)
        | Value::Token(_)
        | Value::Builtin(_) => Err(Stop::wrong(format!("a {} has no length", value.kind()))),
    }
}

/// The place that an index means; a negative one counts from the end.
pub(super) fn position(index: &Value, length: usize) -> Result<usize, Stop> {
    let index = index
        .as_int()
        .ok_or_else(|| Stop::wrong(format!("a {} is not an index", index.kind())))?;
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let from_start = if index < 0 {
        index.saturating_add(signed)
    } else {
        index
    };
    let place = usize::try_from(from_start).ok().filter(|place| *place < length);
    place.ok_or_else(|| Stop::wrong(format!("the index {index} is out of range")))
}

/// `container[start:stop:step]`
pub(super) fn slice(
    heap: &mut Heap<'_>,
    container: &Value,
    numbers: [Option<i64>; 3],
) -> Result<Value, Stop> {
    let length = length(heap, container)?;
    let places = slice_places(length, numbers)?;
    heap.meter.take_values(places.len())?;
    let places: Vec<usize> = places
        .numbers()
        .filter_map(|place| usize::try_from(place).ok())
        .collect();
    if let Some(text) = container.as_text() {
        heap.meter.take(length.saturating_mul(size_of::<char>()))?;
        let characters: Vec<char> = text.text.chars().collect();
        let chosen: String = places.iter().filter_map(|place| characters.get(*place)).collect();
        return Ok(Value::text(chosen));
    }
    let items = heap.iterate(container)?;
    let chosen = places
        .iter()
        .filter_map(|place| items.get(*place).cloned())
        .collect();
    same_kind(heap, container, chosen)
}

fn slice_places(length: usize, [start, end, pace]: [Option<i64>; 3]) -> Result<Range, Stop> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let step = pace.unwrap_or(1);
    if step == 0 {
        return Err(Stop::wrong("a slice's step is not zero"));
    }
    let (lowest, highest) = if step > 0 {
        (0, length)
    } else {
        (-1, length.saturating_sub(1))
    };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) if bound < 0 => bound.saturating_add(length).clamp(lowest, highest),
        Some(bound) => bound.clamp(lowest, highest),
    };
    let (start, end) = if step > 0 {
        (bound(start, lowest), bound(end, highest))
    } else {
        (bound(start, highest), bound(end, lowest))
    };
    Ok(Range { start, end, step })
}
