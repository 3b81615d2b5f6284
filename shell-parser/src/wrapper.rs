//! Words that bash takes off before it looks for a program: `command`, `exec`, `time`.

use crate::Word;

/// How many leading words to take off, or `None` where that is not certain.
///
/// `command` and `exec` are builtins however they are quoted; `time` is a keyword, only where it stands bare and
/// first. `command -v` and `command -V` only look a name up, and stay.
pub(crate) fn unwrap(words: &[Word], text: &str) -> Option<usize> {
    let mut start: usize = 0;
    let mut keywords = true;
    loop {
        let Some(word) = words.get(start) else {
            return Some(start);
        };
        let Some(name) = word.literal() else {
            return Some(start);
        };
        let is_builtin = name == "command" || name == "exec";
        let is_keyword = keywords && word.span.text(text) == Some("time");
        if !is_builtin && !is_keyword {
            return Some(start);
        }
        let next = words.get(start.saturating_add(1)).map(Word::literal);
        start = match next {
            Some(Some(option)) if name == "command" && matches!(&*option, "-v" | "-V") => return Some(start),
            Some(Some(option)) if is_keyword && option == "-p" => start.saturating_add(2),
            Some(Some(option)) if option.starts_with('-') => return None,
            Some(Some(_)) => start.saturating_add(1),
            // What follows might be an option.
            Some(None) => return None,
            // `exec >f` changes the shell's own descriptors; `command` and `time` alone do nothing.
            None if name == "exec" => return None,
            None => return Some(start),
        };
        keywords = is_keyword;
    }
}
