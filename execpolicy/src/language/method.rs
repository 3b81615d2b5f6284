//! Methods of strings, lists and dicts.

mod text;

use super::call::Arguments;
use super::heap::Heap;
use super::operator;
use super::stop::Stop;
use super::value::Value;

/// The methods of each kind, to tell a name that is not known from arguments that do not fit.
const OF_TEXT: &str = "format join startswith endswith split rsplit replace count find rfind partition rpartition \
    splitlines lower upper capitalize strip lstrip rstrip removeprefix removesuffix isalpha isalnum isdigit isspace \
    islower isupper";
const OF_LIST: &str = "append extend insert clear pop index remove";
const OF_DICT: &str = "get keys values items setdefault update pop clear";

/// `receiver.name(arguments)`
pub(super) fn call(
    heap: &mut Heap<'_>,
    receiver: &Value,
    name: &str,
    arguments: &Arguments,
) -> Result<Value, Stop> {
    let found = match receiver {
        Value::Text(receiver) => text::call(heap, &receiver.text.clone(), name, arguments)?,
        Value::List(list) => of_list(heap, *list, receiver, name, arguments)?,
        Value::Dict(dict) => of_dict(heap, *dict, name, arguments)?,
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Tuple(_)
        | Value::Range(_)
        | Value::Function(_)
        | Value::Token(_)
        | Value::Builtin(_) => None,
    };
    found.ok_or_else(|| {
        let kind = receiver.kind();
        let known = match receiver {
            Value::Text(_) => OF_TEXT,
            Value::List(_) => OF_LIST,
            Value::Dict(_) => OF_DICT,
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Tuple(_)
            | Value::Range(_)
            | Value::Function(_)
            | Value::Token(_)
            | Value::Builtin(_) => "",
        };
        if known.split(' ').any(|known| known == name) {
            Stop::wrong(format!("`{name}` of a {kind} does not take these arguments"))
        } else {
            Stop::wrong(format!("a {kind} has no method `{name}`"))
        }
    })
}

fn of_list(
    heap: &mut Heap<'_>,
    list: usize,
    receiver: &Value,
    name: &str,
    arguments: &Arguments,
) -> Result<Option<Value>, Stop> {
    let length = heap.items(receiver).map_or(0, <[Value]>::len);
    match (name, &*arguments.positional) {
        ("append", [value]) => {
            heap.meter.take_values(1)?;
            heap.items_mut(list)
                .into_iter()
                .for_each(|items| items.push(value.clone()));
        }
        ("extend", [values]) => {
            let values = heap.iterate(values)?;
            heap.items_mut(list)
                .into_iter()
                .for_each(|items| items.extend_from_slice(&values));
        }
        ("insert", [place, value]) => {
            let place = place.as_int().ok_or_else(|| Stop::wrong("a place is a number"))?;
            let signed = i64::try_from(length).unwrap_or(i64::MAX);
            let from_start = if place < 0 {
                place.saturating_add(signed)
            } else {
                place
            };
            let place = usize::try_from(from_start.clamp(0, signed)).unwrap_or(0);
            heap.meter.take_values(1)?;
            heap.meter.step(length / 64)?;
            heap.items_mut(list)
                .into_iter()
                .for_each(|items| items.insert(place, value.clone()));
        }
        ("clear", []) => heap.items_mut(list).into_iter().for_each(Vec::clear),
        ("pop", [] | [_]) => {
            let end = Value::Int(-1);
            let place = operator::position(arguments.positional.first().unwrap_or(&end), length)?;
            heap.meter.step(length / 64)?;
            return Ok(heap.items_mut(list).map(|items| items.remove(place)));
        }
        ("index", [value]) => {
            let place = place_of(heap, receiver, value)?;
            return Ok(Some(Value::Int(i64::try_from(place).unwrap_or(i64::MAX))));
        }
        ("remove", [value]) => {
            let place = place_of(heap, receiver, value)?;
            heap.items_mut(list).into_iter().for_each(|items| {
                items.remove(place);
            });
        }
        _ => return Ok(None),
    }
    Ok(Some(Value::None))
}

/// Where a list first holds a value.
fn place_of(heap: &mut Heap<'_>, list: &Value, value: &Value) -> Result<usize, Stop> {
    for (place, item) in heap.iterate(list)?.iter().enumerate() {
        if heap.equal(item, value)? {
            return Ok(place);
        }
    }
    Err(Stop::wrong("the list does not hold the value"))
}

fn of_dict(
    heap: &mut Heap<'_>,
    dict: usize,
    name: &str,
    arguments: &Arguments,
) -> Result<Option<Value>, Stop> {
    match (name, &*arguments.positional) {
        ("get", [key]) => Ok(Some(heap.look_up(dict, key)?.unwrap_or(Value::None))),
        ("get", [key, default]) => Ok(Some(heap.look_up(dict, key)?.unwrap_or_else(|| default.clone()))),
        ("keys", []) => {
            let keys = heap.iterate(&Value::Dict(dict))?;
            heap.list(keys, None).map(Some)
        }
        ("values", []) => {
            let values = entries(heap, dict)?.into_iter().map(|(_, value)| value).collect();
            heap.list(values, None).map(Some)
        }
        ("items", []) => {
            let mut items = Vec::new();
            for (key, value) in entries(heap, dict)? {
                items.push(heap.tuple(vec![key, value], None)?);
            }
            heap.list(items, None).map(Some)
        }
        ("setdefault", [key] | [key, _]) => {
            if let Some(found) = heap.look_up(dict, key)? {
                return Ok(Some(found));
            }
            let value = arguments.positional.get(1).cloned().unwrap_or(Value::None);
            heap.insert(dict, key.clone(), value.clone())?;
            Ok(Some(value))
        }
        ("update", from) if from.len() <= 1 => {
            for (key, value) in pairs(heap, from.first())? {
                heap.insert(dict, key, value)?;
            }
            for (key, value) in &arguments.named {
                heap.insert(dict, Value::text(key.clone()), value.clone())?;
            }
            Ok(Some(Value::None))
        }
        ("pop", [key]) => {
            let found = heap.remove(dict, key)?;
            found
                .map(Some)
                .ok_or_else(|| Stop::wrong("the dict does not have the key"))
        }
        ("pop", [key, default]) => Ok(Some(heap.remove(dict, key)?.unwrap_or_else(|| default.clone()))),
        ("clear", []) => {
            heap.dict_mut(dict).into_iter().for_each(super::heap::Dict::clear);
            Ok(Some(Value::None))
        }
        _ => Ok(None),
    }
}

fn entries(heap: &mut Heap<'_>, dict: usize) -> Result<Vec<(Value, Value)>, Stop> {
    let count = heap.dict_at(dict).map_or(0, |dict| dict.entries.len());
    heap.meter.take_values(count.saturating_mul(2))?;
    Ok(heap
        .dict_at(dict)
        .map(|dict| dict.entries.clone())
        .unwrap_or_default())
}

/// The entries of a dict, or of a list of pairs.
pub(super) fn pairs(heap: &mut Heap<'_>, from: Option<&Value>) -> Result<Vec<(Value, Value)>, Stop> {
    let Some(from) = from else {
        return Ok(Vec::new());
    };
    if let Value::Dict(dict) = from {
        return entries(heap, *dict);
    }
    let mut pairs = Vec::new();
    for item in heap.iterate(from)? {
        match &*heap.iterate(&item)? {
            [key, value] => pairs.push((key.clone(), value.clone())),
            _ => return Err(Stop::wrong("a dict is made of pairs")),
        }
    }
    Ok(pairs)
}
