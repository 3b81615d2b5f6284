//! Builtins that run code, or change how later commands are read or found.
//!
//! bash manual, chapter 4. A builtin that is not named here only reads, prints, or sets what
//! [`assignment`](super::assignment) judges; what it does to the world is for those who judge.

use diagnostics::Span;

use super::Lowering;
use super::arithmetic::Written;
use super::assignment::is_plain;
use super::evaluated::Evaluated;
use super::simple::is_reserved;
use crate::wrapper::{self, Head};
use crate::{GapReason, Invocation, Value, Word};

impl Lowering<'_> {
    /// Marks a command as a gap where its builtin may do more than its argv says.
    ///
    /// Says how many of its leading words are wrappers that bash takes off, and what of its words is code.
    pub(super) fn check_builtin(&mut self, invocation: &mut Invocation, span: Span, head: Head) {
        invocation.wrappers = 0;
        invocation.code = None;
        let Some(start) = wrapper::unwrap(&invocation.words, self.text, head) else {
            return self.gap(span, GapReason::Builtin);
        };
        invocation.wrappers = start;
        let Some((name, arguments)) = invocation.words.get(start..).and_then(<[Word]>::split_first) else {
            return;
        };
        let Some(text) = name.literal() else {
            // The first word's own check has said so where nothing was taken off.
            if start > 0 {
                self.gap(span, GapReason::DynamicName);
            }
            return;
        };
        let is_plain = match &*text {
            "eval" | "trap" => {
                let evaluated = match &*text {
                    "eval" => self.evaluated(arguments),
                    _ => self.trapped(arguments),
                };
                match evaluated {
                    // What is set for it alone is not followed.
                    Evaluated::Code(code) if invocation.assignments.is_empty() => {
                        invocation.code = Some(code);
                        true
                    }
                    Evaluated::Nothing => true,
                    Evaluated::Code(_) | Evaluated::Unknown => false,
                }
            }
            "." | "source" | "builtin" | "coproc" | "alias" | "unalias" | "shopt" | "enable" | "let"
            | "mapfile" | "readarray" | "compgen" | "complete" | "compopt" | "bind" | "fc" | "history"
            | "getopts" | "typeset" | "declare" | "local" | "readonly" | "export" | "unset" | "function" => {
                false
            }
            "hash" => matches!(literals(arguments).as_deref(), Some([option]) if option == "-r"),
            "jobs" | "times" | "suspend" | "logout" => arguments.is_empty(),
            "set" => sets_harmless_options(arguments),
            "printf" => first_is_format(arguments),
            "test" | "[" => self.is_certain_test(&text, arguments),
            "read" => {
                for name in literals(arguments).unwrap_or_default() {
                    self.numbers.wrote(&name, Written::Anything);
                }
                reads_plain_names(arguments)
            }
            "wait" => !arguments.iter().any(|word| may_be_option(word, 'p')),
            reserved => start == 0 || !is_reserved(reserved),
        };
        if !is_plain {
            self.gap(span, GapReason::Builtin);
        }
    }
}

fn literals(words: &[Word]) -> Option<Vec<String>> {
    words
        .iter()
        .map(|word| word.literal().map(std::borrow::Cow::into_owned))
        .collect()
}

/// `-e`, `-u`, `-x`, `-o pipefail` and their opposites: they end a script earlier or show it. `set --` and bare
/// words change `$1`, which the reader does not follow.
fn sets_harmless_options(arguments: &[Word]) -> bool {
    let Some(words) = literals(arguments) else {
        return false;
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix(['-', '+']) else {
            return false;
        };
        if letters.is_empty()
            || !letters
                .bytes()
                .all(|letter| matches!(letter, b'e' | b'u' | b'x' | b'E' | b'o'))
        {
            return false;
        }
        for _ in letters.matches('o') {
            let name = words.next().map(String::as_str);
            if !matches!(
                name,
                Some("pipefail" | "errexit" | "nounset" | "xtrace" | "errtrace")
            ) {
                return false;
            }
        }
    }
    !arguments.is_empty()
}

/// `printf -v name` assigns, and evaluates a subscript in the name; `%n` in a format assigns to the argument's name.
fn first_is_format(arguments: &[Word]) -> bool {
    match arguments.first().map(unset) {
        None => true,
        Some(Value::Exact(text)) => (!text.starts_with('-') || &*text == "--") && !assigns_count(arguments),
        // Either would need a word after it.
        Some(Value::One { prefix, .. }) => !prefix.starts_with('-') && arguments.len() == 1,
        Some(Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many) => false,
    }
}

/// Whether a format, which may stand behind `--`, may hold the conversion `%n`.
fn assigns_count(arguments: &[Word]) -> bool {
    let exact = arguments
        .iter()
        .map(unset)
        .find(|value| value.exact() != Some("--"));
    let Some(Value::Exact(format)) = exact else {
        return exact.is_some();
    };
    let mut rest = &*format;
    while let Some((_, conversion)) = rest.split_once('%') {
        let letter = conversion.trim_start_matches(|character: char| {
            character.is_ascii_digit()
                || matches!(
                    character,
                    '-' | '+' | ' ' | '#' | '.' | '*' | '\'' | 'h' | 'l' | 'j' | 'z' | 't' | 'L'
                )
        });
        if letter.starts_with('n') {
            return true;
        }
        rest = letter
            .get(letter.chars().next().map_or(0, char::len_utf8)..)
            .unwrap_or_default();
    }
    false
}

/// Whether a word could be this option, alone or in a cluster.
fn may_be_option(word: &Word, letter: char) -> bool {
    word.literal()
        .is_none_or(|text| text.starts_with('-') && text.contains(letter))
}

/// Whether `read` sets plain names, with options whose values are known.
fn reads_plain_names(arguments: &[Word]) -> bool {
    read_names(arguments).is_some_and(|names| names.iter().all(|name| is_plain(name)))
}

/// The names that `read` sets, where its options are known: `line` in `read -r line`.
pub(crate) fn read_names(arguments: &[Word]) -> Option<Vec<String>> {
    let mut words = literals(arguments)?.into_iter();
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("-") if names.is_empty() => {
                names.extend(words);
                return Some(names);
            }
            Some(letters) if names.is_empty() => {
                let Some(index) = letters.find(|letter| !matches!(letter, 'r' | 's')) else {
                    continue;
                };
                let value = letters.get(index..)?.get(1..)?;
                if !letters.get(index..)?.starts_with(['p', 'd', 'n', 'N', 't', 'u']) {
                    return None;
                }
                if value.is_empty() {
                    words.next()?;
                }
            }
            Some(_) | None => names.push(word),
        }
    }
    Some(names)
}

/// Names that a function must not take: the reader follows what these builtins do.
pub(super) fn is_followed(name: &str) -> bool {
    matches!(
        name,
        "cd" | "pushd"
            | "popd"
            | "command"
            | "exec"
            | "eval"
            | "trap"
            | "time"
            | "set"
            | "read"
            | "printf"
            | "test"
            | "["
            | "export"
            | "unset"
            | "declare"
            | "local"
            | "readonly"
    )
}

/// What a word becomes where no variable is known: a builtin is judged once, wherever its values come from.
pub(super) fn unset(word: &Word) -> Value {
    crate::field::value(word, &crate::variables::Variables::default())
}
