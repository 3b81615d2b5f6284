//! `test` and `[`: whether bash may evaluate one of their operands.

use super::Lowering;
use super::builtin::unset;
use super::parameter::is_name;
use crate::{Part, Value, Word};

impl Lowering<'_> {
    /// A test whose operators are all known, so that no operand is taken for `-v`, which evaluates a subscript.
    pub(super) fn is_certain_test(&mut self, name: &str, arguments: &[Word]) -> bool {
        let operands = match (name, arguments.split_last()) {
            ("[", Some((last, operands))) if last.literal().as_deref() == Some("]") => operands,
            ("[", _) => return false,
            _ => arguments,
        };
        self.is_certain_expression(operands)
    }

    fn is_certain_expression(&mut self, operands: &[Word]) -> bool {
        let is = |word: &Word, any: &[&str]| word.literal().is_some_and(|text| any.contains(&&*text));
        if let Some(split) = operands
            .iter()
            .position(|word| is(word, &["-a", "-o"]))
            .filter(|split| *split > 0)
        {
            let (left, right) = operands.split_at(split);
            let right = right.get(1..).unwrap_or_default();
            return self.is_certain_expression(left) && self.is_certain_expression(right);
        }
        match operands {
            [negation, rest @ ..] if !rest.is_empty() && is(negation, &["!"]) => {
                self.is_certain_expression(rest)
            }
            [] => true,
            [one] => self.is_one_field(one),
            [operator, operand] => {
                let known = operator.literal();
                let plain = known.is_some_and(|text| {
                    text.len() == 2 && text.starts_with('-') && !matches!(&*text, "-v" | "-R")
                });
                plain && self.is_one_field(operand)
            }
            [left, operator, right] => {
                let binary = [
                    "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
                ];
                is(operator, &binary) && self.is_one_field(left) && self.is_one_field(right)
            }
            _ => false,
        }
    }

    /// Whether a word is exactly one argument, or none where a number is empty: a bare expansion may become an operator
    /// and its operand.
    fn is_one_field(&mut self, word: &Word) -> bool {
        match word.parts.as_slice() {
            [Part::Parameter { name, .. }]
                if is_name(name) && matches!(unset(word), Value::Found(_) | Value::Many) =>
            {
                self.is_number(word)
            }
            _ => !matches!(unset(word), Value::Many | Value::Glob(_)),
        }
    }
}
