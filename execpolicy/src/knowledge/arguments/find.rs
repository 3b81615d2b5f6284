//! The words of `find`: each an option of its own, some with a command behind them.

use diagnostics::Span;
use shell_parser::{Argument, Value, WorkingDirectory};

use super::Arguments;
use super::rest::filled;
use crate::UnknownEffect;
use crate::knowledge::does::Does;
use crate::knowledge::spelling::Takes;
use crate::knowledge::unknown_word::may_be;

/// A command that is run for what is found.
pub(super) struct Found {
    words: Vec<Argument>,
    /// Whether it runs where the path is.
    elsewhere: bool,
    /// Whether it gets several paths at once.
    many: bool,
}

impl<'a> Arguments<'a, '_, '_> {
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
            (Does::Executes | Does::ExecutesElsewhere, _) => self.command(option.does, word.span),
            (does, Takes::Nothing | Takes::Optional) => self.flag(does, word.span),
            (_, Takes::One) => self.separate(option, 1, word.span),
            (_, Takes::Two) => self.separate(option, 2, word.span),
        }
    }

    /// The command of `-exec`: up to `;`, or to `+` behind `{}`.
    fn command(&mut self, does: Does, span: Span) {
        let mut found = Found {
            words: Vec::new(),
            elsewhere: does == Does::ExecutesElsewhere,
            many: false,
        };
        while let Some(word) = self.words.get(self.next) {
            self.next = self.next.saturating_add(1);
            let after_braces = found.words.last().and_then(|word| word.value.exact()) == Some("{}");
            match word.value.exact() {
                Some(";") => break,
                Some("+") if after_braces => {
                    found.many = true;
                    break;
                }
                None if may_be(&word.value, ";") || may_be(&word.value, "+") => {
                    // The command may end here.
                    self.effects.unknown(UnknownEffect::Word, word.span);
                    found.words.push(word.clone());
                }
                Some(_) | None => found.words.push(word.clone()),
            }
        }
        if found.words.is_empty() {
            self.effects.unknown(UnknownEffect::Operand, span);
        }
        self.commands.push(found);
    }

    /// Hands the commands on, each with the paths that are found in the place of `{}`.
    pub(super) fn run_found(&mut self) {
        // Another way to name where it begins.
        let is_listed = |word: &Argument| word.value.exact() == Some("-files0-from");
        let root = if self.words.iter().any(is_listed) {
            String::new()
        } else {
            common_beginning(&self.operands)
        };
        for found in std::mem::take(&mut self.commands) {
            let (root, directory) = if found.elsewhere {
                ("./", WorkingDirectory::Unknown)
            } else {
                (&*root, self.effects.directory())
            };
            let path = if found.many {
                Value::Many
            } else {
                Value::One {
                    prefix: root.into(),
                    suffix: "".into(),
                }
            };
            let argv = found.words.into_iter().map(|word| Argument {
                value: filled(&word.value, "{}", &path),
                span: word.span,
            });
            self.effects.command(argv.collect(), Vec::new(), directory);
        }
    }

    /// Whether a word that is not known may be one of the options, as a whole.
    pub(super) fn meets_an_option(&self, value: &Value) -> bool {
        self.entry.options.iter().any(|(name, _)| may_be(value, name))
    }
}

/// What every path that is found below these begins with.
fn common_beginning(roots: &[&Argument]) -> String {
    let Some((first, rest)) = roots.split_first() else {
        return ".".to_owned();
    };
    let mut common = first.value.exact().unwrap_or_default();
    for root in rest {
        let text = root.value.exact().unwrap_or_default();
        let mut shared = common.char_indices().zip(text.chars());
        let differs = shared.find(|((_, left), right)| left != right);
        let end = differs.map_or(common.len().min(text.len()), |((at, _), _)| at);
        common = common.get(..end).unwrap_or_default();
    }
    common.to_owned()
}
