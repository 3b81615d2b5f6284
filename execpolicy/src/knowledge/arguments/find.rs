//! The words of `find`: each an option of its own, some with a command behind them.

use diagnostics::Span;
use shell_parser::{Argument, Value};

use super::Arguments;
use crate::UnknownEffect;
use crate::knowledge::does::Does;
use crate::knowledge::spelling::Takes;
use crate::knowledge::unknown_word::may_be;

impl<'a> Arguments<'a, '_> {
    /// A word of `find`.
    pub(super) fn find_word(&mut self, word: &'a Argument) {
        let Some(text) = word.value.exact() else {
            if self.meets_an_option(&word.value) {
                self.effects.unknown(UnknownEffect::Word, word.span);
            }
            self.operands.push(word);
            return;
        };
        if matches!(text, "(" | ")" | "!" | ",") {
            return;
        }
        if !text.starts_with('-') {
            self.operands.push(word);
            return;
        }
        let Some(option) = self.entry.option(text) else {
            self.effects.unknown(UnknownEffect::Option, word.span);
            return;
        };
        match (option.does, option.takes) {
            (Does::Executes, _) => self.command(word.span),
            (does, Takes::Nothing | Takes::Optional) => self.flag(does, word.span),
            (_, Takes::One) => self.separate(option, 1, word.span),
            (_, Takes::Two) => self.separate(option, 2, word.span),
        }
    }

    /// The command of `-exec`: up to `;`, or to `+` behind `{}`.
    fn command(&mut self, span: Span) {
        let mut command = Vec::new();
        let mut end = span;
        while let Some(word) = self.words.get(self.next) {
            self.next = self.next.saturating_add(1);
            end = word.span;
            let after_braces = command.last().and_then(Value::exact) == Some("{}");
            match word.value.exact() {
                Some(";") => break,
                Some("+") if after_braces => break,
                Some(_) | None => command.push(word.value.clone()),
            }
        }
        self.effects.executes(command, span.to(end));
    }

    /// Whether a word that is not known may be one of the options, as a whole.
    pub(super) fn meets_an_option(&self, value: &Value) -> bool {
        self.entry.options.iter().any(|(name, _)| may_be(value, name))
    }
}
