//! Where containers and functions live while a policy is evaluated.

use std::collections::BTreeMap;
use std::rc::Rc;

use starlark_syntax::syntax::ast::{AstExpr, AstParameter, AstStmt};

use super::bounds::Meter;
use super::scope::Scope;
use super::stop::Stop;
use super::value::{Key, Place, Value};

/// Everything that was made. Nothing is given back before the end, so the meter bounds it all.
#[derive(Debug)]
pub(super) struct Heap<'a> {
    pub(super) meter: Meter,
    sequences: Vec<Sequence>,
    dicts: Vec<Dict>,
    functions: Vec<Rc<Function<'a>>>,
}

/// The values of a list or tuple, and where it stands if it was written out.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub(super) items: Vec<Value>,
    pub(super) place: Option<Place>,
}

/// A dict, in the order of insertion.
#[derive(Clone, Debug, Default)]
pub(super) struct Dict {
    pub(super) entries: Vec<(Value, Value)>,
    places: BTreeMap<Key, usize>,
}

/// A `def` or `lambda` with what it sees around it.
#[derive(Debug)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) parameters: &'a [AstParameter],
    /// In the order of the parameters; `None` where there is no default.
    pub(super) defaults: Vec<Option<Value>>,
    pub(super) body: FunctionBody<'a>,
    pub(super) scope: Rc<Scope<'a>>,
}

/// What a function runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum FunctionBody<'a> {
    Statement(&'a AstStmt),
    Expression(&'a AstExpr),
}

impl<'a> Heap<'a> {
    /// An empty one, in which so much may be made.
    pub(super) fn new(meter: Meter) -> Self {
        Self {
            meter,
            sequences: Vec::new(),
            dicts: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// A new list.
    pub(super) fn list(&mut self, items: Vec<Value>, place: Option<Place>) -> Result<Value, Stop> {
        Ok(Value::List(self.sequence(items, place)?))
    }

    /// A new tuple.
    pub(super) fn tuple(&mut self, items: Vec<Value>, place: Option<Place>) -> Result<Value, Stop> {
        Ok(Value::Tuple(self.sequence(items, place)?))
    }

    fn sequence(&mut self, items: Vec<Value>, place: Option<Place>) -> Result<usize, Stop> {
        self.meter.take_values(items.len().saturating_add(2))?;
        self.sequences.push(Sequence { items, place });
        Ok(self.sequences.len().saturating_sub(1))
    }

    /// A new dict of these entries; a later one of the same key replaces an earlier one.
    pub(super) fn dict(&mut self, entries: Vec<(Value, Value)>) -> Result<Value, Stop> {
        self.meter.take_values(4)?;
        self.dicts.push(Dict::default());
        let dict = self.dicts.len().saturating_sub(1);
        for (key, value) in entries {
            self.insert(dict, key, value)?;
        }
        Ok(Value::Dict(dict))
    }

    /// A new function.
    pub(super) fn function(&mut self, function: Function<'a>) -> Result<Value, Stop> {
        self.meter.take_values(8)?;
        self.functions.push(Rc::new(function));
        Ok(Value::Function(self.functions.len().saturating_sub(1)))
    }

    /// The function of this number.
    pub(super) fn function_at(&self, number: usize) -> Option<Rc<Function<'a>>> {
        self.functions.get(number).cloned()
    }

    /// The items of a list or tuple.
    pub(super) fn items(&self, value: &Value) -> Option<&[Value]> {
        self.sequence_of(value).map(|sequence| &*sequence.items)
    }

    /// Where a value was written, if it was one literal.
    pub(super) fn place(&self, value: &Value) -> Option<Place> {
        match value {
            Value::Text(text) => text.place,
            Value::Token(token) => Some(token.place),
            Value::List(_) | Value::Tuple(_) => self.sequence_of(value)?.place,
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Dict(_)
            | Value::Range(_)
            | Value::Function(_)
            | Value::Builtin(_) => None,
        }
    }

    fn sequence_of(&self, value: &Value) -> Option<&Sequence> {
        if let Value::List(number) | Value::Tuple(number) = value {
            self.sequences.get(*number)
        } else {
            None
        }
    }

    /// The items of a list, to change.
    pub(super) fn items_mut(&mut self, list: usize) -> Option<&mut Vec<Value>> {
        self.sequences.get_mut(list).map(|sequence| &mut sequence.items)
    }

    /// The dict of this number.
    pub(super) fn dict_at(&self, number: usize) -> Option<&Dict> {
        self.dicts.get(number)
    }

    /// The dict of this number, to empty it.
    pub(super) fn dict_mut(&mut self, number: usize) -> Option<&mut Dict> {
        self.dicts.get_mut(number)
    }

    /// Sets one entry.
    pub(super) fn insert(&mut self, dict: usize, key: Value, value: Value) -> Result<(), Stop> {
        let found = self.key(&key)?;
        self.meter.take_values(4)?;
        if let Some(dict) = self.dicts.get_mut(dict) {
            let old = dict
                .places
                .get(&found)
                .and_then(|place| dict.entries.get_mut(*place));
            if let Some((_, old)) = old {
                *old = value;
            } else {
                dict.places.insert(found, dict.entries.len());
                dict.entries.push((key, value));
            }
        }
        Ok(())
    }

    /// The value of a key.
    pub(super) fn look_up(&mut self, dict: usize, key: &Value) -> Result<Option<Value>, Stop> {
        let key = self.key(key)?;
        let found = self.dicts.get(dict).and_then(|dict| {
            let place = dict.places.get(&key)?;
            dict.entries.get(*place)
        });
        Ok(found.map(|(_, value)| value.clone()))
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, dict: usize, key: &Value) -> Result<Option<Value>, Stop> {
        let key = self.key(key)?;
        let Some(dict) = self.dicts.get_mut(dict) else {
            return Ok(None);
        };
        self.meter.step(dict.entries.len())?;
        let Some(place) = dict.places.remove(&key) else {
            return Ok(None);
        };
        for later in dict.places.values_mut().filter(|later| **later > place) {
            *later = later.saturating_sub(1);
        }
        Ok((place < dict.entries.len()).then(|| dict.entries.remove(place).1))
    }

    /// What a dict finds this value by.
    pub(super) fn key(&mut self, value: &Value) -> Result<Key, Stop> {
        self.key_within(value, 16)
    }

    fn key_within(&mut self, value: &Value, depth: usize) -> Result<Key, Stop> {
        self.meter.step(4)?;
        match value {
            Value::None => Ok(Key::None),
            Value::Bool(flag) => Ok(Key::Bool(*flag)),
            Value::Int(number) => Ok(Key::Int(*number)),
            Value::Text(text) => {
                self.meter.read(text.text.len())?;
                Ok(Key::Text(text.text.clone()))
            }
            Value::Tuple(_) if depth > 0 => {
                let items = self.items(value).unwrap_or(&[]).to_vec();
                self.meter.take_values(items.len())?;
                let keys = items
                    .iter()
                    .map(|item| self.key_within(item, depth.saturating_sub(1)));
                Ok(Key::Tuple(keys.collect::<Result<_, _>>()?))
            }
            Value::Tuple(_) => Err(Stop::wrong("tuples nest too deep for a key")),
            Value::List(_)
            | Value::Dict(_)
            | Value::Range(_)
            | Value::Function(_)
            | Value::Token(_)
            | Value::Builtin(_) => Err(Stop::wrong(format!("a {} cannot be a key", value.kind()))),
        }
    }
}

impl Dict {
    /// Without entries.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
