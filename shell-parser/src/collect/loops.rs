//! Loops: every round is collected once, believing only what no round changes.

use diagnostics::Span;

use super::{Collector, Keep, Surroundings};
use crate::assigned::Assigned;
use crate::field::value;
use crate::{Body, Setting, Value, Word, WorkingDirectory};

impl Collector {
    /// `for name in words; do body; done`: in the body the variable is one of the words.
    pub(super) fn for_loop(&mut self, outer: Surroundings, header: &Header<'_>, body: &Body) {
        let Header { name, span, words } = *header;
        for word in words.unwrap_or_default() {
            self.substitutions(word);
        }
        let values: Vec<Value> = words
            .unwrap_or_default()
            .iter()
            .map(|word| value(word, &self.surroundings.variables))
            .collect();
        let value = one_of(values);
        // The variable may be one of the environment's, which programs in the body see.
        let setting = Setting {
            name: name.into(),
            value: value.clone().unwrap_or_else(any_field),
            span,
        };
        self.push(Vec::new(), vec![setting], Vec::new(), span);
        let assigned = Assigned::by(&[body]);
        self.forget_assigned(&assigned);
        self.surroundings.variables.forget(name);
        if let Some(value) = value
            && !self.may_set_any(&assigned)
            && !assigned.names.iter().any(|assigned| &**assigned == name)
        {
            self.surroundings.variables.set(name, value);
        }
        self.round(outer, |collector| collector.body(body));
        self.surroundings.variables.forget(name);
    }

    /// Forgets what the rounds of a loop may set: a later round begins with what an earlier one left.
    pub(super) fn forget_assigned(&mut self, assigned: &Assigned) {
        if self.may_set_any(assigned) {
            self.surroundings.variables.forget_all();
        }
        for name in &assigned.names {
            self.surroundings.variables.forget(name);
        }
    }

    /// Whether it may set variables that it does not name: what a function sets is not followed.
    fn may_set_any(&self, assigned: &Assigned) -> bool {
        assigned.any || assigned.calls.iter().any(|name| self.called(name).is_some())
    }

    /// The rounds of a loop: a later one starts in the directory where an earlier one ended.
    pub(super) fn round(&mut self, outer: Surroundings, walk: impl FnOnce(&mut Self)) {
        let first = self.segments.len();
        self.maybe(walk);
        if self.surroundings.directory != outer.directory {
            self.surroundings.directory = WorkingDirectory::Unknown;
            for segment in self.segments.iter_mut().skip(first) {
                segment.directory = WorkingDirectory::Unknown;
            }
        }
        self.restore(outer, Keep::Shell);
    }
}

/// What stands between `for` and `do`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) words: Option<&'a [Word]>,
}

/// One field of which nothing is known.
pub(super) fn any_field() -> Value {
    Value::One {
        prefix: "".into(),
        suffix: "".into(),
    }
}

/// One of several words as one value: exact texts, or the paths of one pattern.
fn one_of(values: Vec<Value>) -> Option<Value> {
    if let [Value::Glob(_) | Value::Exact(_)] = values.as_slice() {
        return values.into_iter().next();
    }
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Exact(text) => texts.push(text),
            Value::OneOf(several) => texts.extend(several),
            Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => return None,
        }
    }
    texts.sort();
    texts.dedup();
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Value::Exact),
        _ => Some(Value::OneOf(texts.into())),
    }
}
