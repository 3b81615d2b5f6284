//! Words that bash takes off before it looks for a program: `command`, `builtin`, `exec`, `time`.

use crate::Word;

/// What a simple command stands at the head of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Head {
    /// A pipeline, where `time` is a keyword.
    Pipeline,
    /// A later stage, where `time` is a program's name.
    Stage,
}

/// How many leading words to take off, or `None` where that is not certain.
///
/// `command`, `builtin` and `exec` are builtins however they are quoted; `time` is a keyword, only where it stands bare and
/// first. `command -v` and `command -V` only look a name up, and stay.
pub(crate) fn unwrap(words: &[Word], text: &str, head: Head) -> Option<usize> {
    let mut start: usize = 0;
    let mut keywords = head == Head::Pipeline;
    loop {
        let Some(word) = words.get(start) else {
            return Some(start);
        };
        let Some(name) = word.literal() else {
            return Some(start);
        };
        let is_builtin = matches!(&*name, "command" | "builtin" | "exec");
        let is_keyword = keywords && word.span.text(text) == Some("time");
        if !is_builtin && !is_keyword {
            return Some(start);
        }
        let following = words.get(start.saturating_add(1));
        let next = following.map(Word::literal);
        let is_bare_p = following.and_then(|word| word.span.text(text)) == Some("-p");
        start = match next {
            Some(Some(option)) if name == "command" && matches!(&*option, "-v" | "-V") => return Some(start),
            // A quoted `-p` is a program's name.
            Some(Some(_)) if is_keyword && is_bare_p => {
                let following = words.get(start.saturating_add(2)).and_then(Word::literal);
                if following.is_none_or(|word| word.starts_with('-') || word.contains('=')) {
                    return None;
                }
                start.saturating_add(2)
            }
            Some(Some(option)) if option.starts_with('-') => return None,
            // After a keyword bash still takes `x=1` for an assignment.
            Some(Some(word)) if is_keyword && word.contains('=') => return None,
            Some(Some(_)) => start.saturating_add(1),
            // What follows might be an option.
            Some(None) => return None,
            // `exec >f` changes the shell's own descriptors; `command` and `time` alone do nothing.
            None if name == "exec" || is_keyword => return None,
            None => return Some(start),
        };
        keywords = is_keyword;
    }
}
