//! What is known of the shell's variables at one place of a script.

use crate::Value;

/// The longest text, in bytes, that a variable is known to hold: `a=$a$a` doubles what is known.
const LONG: usize = 4096;

/// How many values of one variable are told apart.
const FEW: usize = 16;

/// What the caller vouches for. A script that sets it has a gap, so it outlives what is not followed.
pub(crate) const HOME: &str = "HOME";

/// Variables whose value the script itself has set, as far as it is certain. A name that is not here may hold
/// anything.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Variables {
    known: Vec<(Box<str>, Value)>,
    /// Read-only ones: whether a later assignment goes through is bash's secret.
    frozen: Vec<Box<str>>,
}

impl Variables {
    /// What a variable holds, where it is known: exact, one of a few, or the paths of a pattern.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.known
            .iter()
            .find(|(known, _)| &**known == name)
            .map(|(_, value)| value)
    }

    /// Sets a variable. What bash changes by itself is never known.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.forget(name);
        let is_few = match &value {
            Value::Exact(text) | Value::Glob(text) => text.len() <= LONG,
            Value::OneOf(texts) => {
                texts.len() <= FEW && texts.iter().map(|text| text.len()).sum::<usize>() <= LONG
            }
            Value::One { .. } | Value::Found(_) | Value::Many => false,
        };
        let is_frozen = self.frozen.iter().any(|frozen| &**frozen == name);
        if is_few && !is_frozen && !matches!(name, "_" | "REPLY" | "LINES" | "COLUMNS" | "PIPESTATUS") {
            self.known.push((name.into(), value));
        }
    }

    /// Takes a variable for read-only: it is not known from here on.
    pub(crate) fn freeze(&mut self, name: &str) {
        self.forget(name);
        self.frozen.push(name.into());
    }

    /// Forgets one variable.
    pub(crate) fn forget(&mut self, name: &str) {
        self.known.retain(|(known, _)| &**known != name);
    }

    /// Forgets all that a script may set.
    pub(crate) fn forget_all(&mut self) {
        self.known.retain(|(name, _)| &**name == HOME);
    }

    /// Keeps what is the same in both: what holds whether something ran in between or not.
    pub(crate) fn keep_common(&mut self, other: &Self) {
        self.known
            .retain(|(name, value)| other.value(name) == Some(value));
    }
}
