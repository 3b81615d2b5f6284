//! Values that hold values: going through them, and comparing them.

use std::cmp::Ordering;

use super::bounds::Bound;
use super::heap::Heap;
use super::stop::Stop;
use super::value::Value;

/// How deep values are compared and shown. A list that holds itself has no end.
pub(super) const DEEPEST: usize = 32;

impl Heap<'_> {
    /// The values in a value, as they are now: a loop over a list does not see what it adds to it.
    pub(super) fn iterate(&mut self, value: &Value) -> Result<Vec<Value>, Stop> {
        let count = match value {
            Value::List(_) | Value::Tuple(_) => self.items(value).map_or(0, <[Value]>::len),
            Value::Dict(number) => self.dict_at(*number).map_or(0, |dict| dict.entries.len()),
            Value::Range(range) => range.len(),
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::Function(_)
            | Value::Token(_)
            | Value::Builtin(_) => {
                return Err(Stop::wrong(format!(
                    "a {} holds no values to go through",
                    value.kind()
                )));
            }
        };
        self.meter.take_values(count)?;
        Ok(match value {
            Value::Range(range) => range.numbers().map(Value::Int).collect(),
            Value::Dict(number) => {
                let entries = self.dict_at(*number).map_or(&[][..], |dict| &dict.entries);
                entries.iter().map(|(key, _)| key.clone()).collect()
            }
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Function(_)
            | Value::Token(_)
            | Value::Builtin(_) => self.items(value).unwrap_or(&[]).to_vec(),
        })
    }

    /// Whether two values are equal.
    pub(super) fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Stop> {
        self.equal_within(left, right, DEEPEST)
    }

    fn equal_within(&mut self, left: &Value, right: &Value, depth: usize) -> Result<bool, Stop> {
        self.meter.step(1)?;
        if depth == 0 {
            return Err(Bound::Nesting.exceeded());
        }
        let deeper = depth.saturating_sub(1);
        match (left, right) {
            (Value::None, Value::None) => Ok(true),
            (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
            (Value::Int(left), Value::Int(right)) => Ok(left == right),
            (Value::Text(left), Value::Text(right)) => {
                self.meter.step(left.text.len() / 256)?;
                Ok(left.text == right.text)
            }
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
                let (Some(lefts), Some(rights)) = (self.items(left), self.items(right)) else {
                    return Ok(false);
                };
                if lefts.len() != rights.len() {
                    return Ok(false);
                }
                let (lefts, rights) = (self.iterate(left)?, self.iterate(right)?);
                for (left, right) in lefts.iter().zip(&rights) {
                    if !self.equal_within(left, right, deeper)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Value::Dict(left), Value::Dict(right)) => self.equal_dicts(*left, *right, deeper),
            (Value::Range(left), Value::Range(right)) => {
                Ok((left.start, left.len(), left.step) == (right.start, right.len(), right.step))
            }
            (Value::Function(left), Value::Function(right)) => Ok(left == right),
            (Value::Builtin(left), Value::Builtin(right)) => Ok(left == right),
            _ => Ok(false),
        }
    }

    fn equal_dicts(&mut self, left: usize, right: usize, depth: usize) -> Result<bool, Stop> {
        let entries = |heap: &Self, dict: usize| heap.dict_at(dict).map(|dict| dict.entries.clone());
        let count = self.dict_at(left).map_or(0, |dict| dict.entries.len());
        self.meter.take_values(count)?;
        if self.dict_at(right).map_or(0, |dict| dict.entries.len()) != count {
            return Ok(false);
        }
        for (key, value) in entries(self, left).unwrap_or_default() {
            match self.look_up(right, &key)? {
                Some(other) if self.equal_within(&value, &other, depth)? => {}
                Some(_) | None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Which of two values comes first.
    pub(super) fn order(&mut self, left: &Value, right: &Value) -> Result<Ordering, Stop> {
        self.order_within(left, right, DEEPEST)
    }

    fn order_within(&mut self, left: &Value, right: &Value, depth: usize) -> Result<Ordering, Stop> {
        self.meter.step(1)?;
        if depth == 0 {
            return Err(Bound::Nesting.exceeded());
        }
        match (left, right) {
            (Value::Bool(left), Value::Bool(right)) => Ok(left.cmp(right)),
            (Value::Int(left), Value::Int(right)) => Ok(left.cmp(right)),
            (Value::Text(left), Value::Text(right)) => {
                self.meter.step(left.text.len() / 256)?;
                Ok(left.text.cmp(&right.text))
            }
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
                let (lefts, rights) = (self.iterate(left)?, self.iterate(right)?);
                for (left, right) in lefts.iter().zip(&rights) {
                    let order = self.order_within(left, right, depth.saturating_sub(1))?;
                    if order != Ordering::Equal {
                        return Ok(order);
                    }
                }
                Ok(lefts.len().cmp(&rights.len()))
            }
            _ => Err(Stop::wrong(format!(
                "a {} and a {} have no order",
                left.kind(),
                right.kind()
            ))),
        }
    }

    /// The values in their order; equal ones keep theirs.
    pub(super) fn sorted(&mut self, keyed: Vec<(Value, Value)>) -> Result<Vec<Value>, Stop> {
        // Merging by hand, because a comparison may fail and the standard sort takes no failure.
        let mut runs: Vec<Vec<(Value, Value)>> = keyed.into_iter().map(|one| vec![one]).collect();
        while runs.len() > 1 {
            let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
            let mut pairs = runs.into_iter();
            while let Some(left) = pairs.next() {
                merged.push(match pairs.next() {
                    Some(right) => self.merge(left, right)?,
                    None => left,
                });
            }
            runs = merged;
        }
        let sorted = runs.into_iter().flatten().map(|(_, value)| value);
        Ok(sorted.collect())
    }

    fn merge(
        &mut self,
        left: Vec<(Value, Value)>,
        right: Vec<(Value, Value)>,
    ) -> Result<Vec<(Value, Value)>, Stop> {
        let mut merged = Vec::with_capacity(left.len().saturating_add(right.len()));
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
            if self.order(a, b)? == Ordering::Greater {
                merged.extend(right.next());
            } else {
                merged.extend(left.next());
            }
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }
}
