//! `eval` and `trap`: arguments that the shell reads as a script of its own.

use diagnostics::Span;

use super::Lowering;
use crate::assigned::Assigned;
use crate::{Body, Code, GapReason, Moment, Word};

/// What the arguments of such a builtin come to.
#[derive(Debug)]
pub(super) enum Evaluated {
    /// Text that was read.
    Code(Code),
    /// No text: `trap - EXIT`.
    Nothing,
    /// Text that is only known when it runs, or spelled in a way that is not followed.
    Unknown,
}

impl Lowering<'_> {
    /// `eval 'a; b'`: its arguments, joined by blanks, run at once in this shell.
    pub(super) fn evaluated(&mut self, arguments: &[Word]) -> Evaluated {
        let arguments = without_dashes(arguments);
        if arguments.is_empty() {
            return Evaluated::Nothing;
        }
        match self.text_of(arguments) {
            Some(body) => Evaluated::Code(Code {
                moment: Moment::Now,
                body,
            }),
            None => Evaluated::Unknown,
        }
    }

    /// `trap 'a; b' EXIT`: the first argument runs when a condition of the others comes (bash manual, 4.1).
    ///
    /// A trap on anything but the end of the shell may run between any two commands, so that what it sets would end
    /// all knowledge of variables: such a text is not followed.
    pub(super) fn trapped(&mut self, arguments: &[Word]) -> Evaluated {
        let arguments = without_dashes(arguments);
        let Some((action, conditions)) = arguments.split_first() else {
            return Evaluated::Nothing;
        };
        let names: Option<Vec<_>> = conditions.iter().map(Word::literal).collect();
        let (Some(text), Some(names)) = (action.literal(), names) else {
            return Evaluated::Unknown;
        };
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !names.iter().all(|name| is_name(name)) {
            return Evaluated::Unknown;
        }
        if matches!(&*text, "" | "-") || names.is_empty() && is_name(&text) {
            return Evaluated::Nothing;
        }
        // It runs later, as a function does.
        self.functions = self.functions.saturating_add(1);
        let body = self.text_of(std::slice::from_ref(action));
        self.functions = self.functions.saturating_sub(1);
        let Some(body) = body.filter(|_| !names.is_empty()) else {
            return Evaluated::Unknown;
        };
        let at_end = names.iter().all(|name| matches!(&**name, "EXIT" | "0"));
        let assigned = Assigned::by(&[&body]);
        if !at_end && assigned.changes_shell() {
            return Evaluated::Unknown;
        }
        if !at_end {
            for name in &assigned.calls {
                self.ledger.is_no_function(name, action.span, GapReason::Builtin);
            }
        }
        Evaluated::Code(Code {
            moment: Moment::Later,
            body,
        })
    }

    /// Reads words as a script where they are spelled as the shell will read them, so that every place in it is a
    /// place in this text: bare words, or one word that is quoted as a whole.
    fn text_of(&mut self, words: &[Word]) -> Option<Body> {
        let span = words.first()?.span.to(words.last()?.span);
        let literals: Option<Vec<_>> = words.iter().map(Word::literal).collect();
        let text = literals?.join(" ");
        let written = span.text(self.text)?;
        let is_quoted = ['\'', '"'].iter().any(|quote| {
            written
                .strip_prefix(*quote)
                .and_then(|rest| rest.strip_suffix(*quote))
                == Some(&text)
        });
        let start = if is_quoted {
            span.start().saturating_add(1)
        } else {
            span.start()
        };
        if !is_quoted && written != text {
            return None;
        }
        let end = start.saturating_add(text.len());
        self.nested(span, |lowering| lowering.reread(Span::of(start, end)))
    }

    /// Reads a stretch of the text as statements.
    fn reread(&mut self, span: Span) -> Option<Body> {
        let padded = format!("{}{}", " ".repeat(span.start()), span.text(self.text)?);
        self.read_again(&padded, |inner, root| inner.body(root.children()))
    }
}

/// What follows `--`.
fn without_dashes(arguments: &[Word]) -> &[Word] {
    match arguments {
        [dashes, rest @ ..] if dashes.literal().as_deref() == Some("--") => rest,
        all => all,
    }
}
