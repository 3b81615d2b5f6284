//! The languages that shells read, and where they differ from bash's.

use diagnostics::Span;

use crate::cst::{Cst, Kind, Node};
use crate::{Gap, GapReason};

/// The language a text is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Dialect {
    /// GNU bash 5.
    #[default]
    Bash,
    /// POSIX sh as dash reads it.
    Sh,
    /// zsh: only text that every shell reads alike is understood.
    Zsh,
    /// Not known: as `Zsh`, and what fish reads in another way is not understood either.
    Unknown,
}

/// Where a text may mean something else in this dialect than in bash.
pub(crate) fn dialect_gaps(dialect: Dialect, cst: &Cst<'_>) -> Vec<Gap> {
    match dialect {
        Dialect::Bash => Vec::new(),
        Dialect::Sh => cst
            .root()
            .descendants()
            .filter(|node| is_bash_only(node.kind(), node.text()) || sets_for_good(*node))
            .map(|node| gap(node.span()))
            .collect(),
        Dialect::Zsh => uncommon_characters(cst.text()).into_iter().map(gap).collect(),
        Dialect::Unknown => {
            let found = uncommon_characters(cst.text()).or_else(|| fish_only(cst.text()));
            found.into_iter().map(gap).collect()
        }
    }
}

fn gap(span: Span) -> Gap {
    Gap {
        span,
        reason: GapReason::Dialect,
    }
}

/// What dash reads in another way, or not at all (dash 0.5.12): `c0 &>f evil` runs `c0 &` and then `evil`.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other kinds read alike in both"
)]
fn is_bash_only(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::AmpersandGreater
        | Kind::AmpersandGreaterGreater
        | Kind::PipeAmpersand
        | Kind::LessLessLess
        | Kind::AnsiCString
        | Kind::TranslatedString
        | Kind::ProcessSubstitution
        | Kind::BraceExpression
        | Kind::Array
        | Kind::Subscript
        | Kind::DoubleOpenBracket
        | Kind::DoubleOpenParen
        | Kind::DollarBracket
        | Kind::PlusEqual
        | Kind::CStyleForStatement
        | Kind::ExtglobPattern
        | Kind::KeywordFunction
        | Kind::KeywordSelect
        | Kind::KeywordDeclare
        | Kind::KeywordTypeset => true,
        // A number of two digits or more is an argument.
        Kind::FileDescriptor => text.len() > 1,
        Kind::Word => {
            text.contains('{')
                || text.ends_with('$')
                || matches!(text, "time" | "coproc" | "source" | "eval" | "trap" | "builtin")
        }
        _ => false,
    }
}

/// Whether an assignment may stand before a special builtin, after which it stays (POSIX, 2.14; bash's own mode forgets
/// it): `x=1 :`.
fn sets_for_good(node: Node<'_>) -> bool {
    let name = node.child(Kind::CommandName);
    let harmless = |name: Node<'_>| {
        let text = name.text();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
        text.bytes().all(plain) && !SPECIAL_BUILTINS.contains(&text)
    };
    node.kind() == Kind::Command
        && node.child(Kind::VariableAssignment).is_some()
        && !name.is_some_and(harmless)
}

/// POSIX, 2.14, and `command`, which may run one of them.
const SPECIAL_BUILTINS: &[&str] = &[
    ".", ":", "break", "command", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set",
    "shift", "times", "trap", "unset",
];

/// Bytes outside quotes that some shell acts on. Inside single quotes all but fish agree; inside double quotes all agree
/// while nothing expands.
fn uncommon_characters(text: &str) -> Option<Span> {
    let mut quote = None;
    let mut word_start = true;
    for (offset, character) in text.char_indices() {
        let here = Span::of(offset, offset.saturating_add(character.len_utf8()));
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            // zsh's builtins evaluate `name[subscript]` in their arguments, substitutions in it included.
            (Some(_), '[') | (Some('"'), '$' | '`' | '\\' | '!') => return Some(here),
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '~' | '=') if word_start => return Some(here),
            (None, _) => {
                let common = character.is_ascii_alphanumeric() || "_./:,@%+- &|;=".contains(character);
                if !common {
                    return Some(here);
                }
            }
        }
        word_start = quote.is_none() && matches!(character, ' ' | '&' | '|' | ';');
    }
    foreign_word(text)
}

/// A word that is a keyword or modifier in zsh and a program's name elsewhere.
fn foreign_word(text: &str) -> Option<Span> {
    let foreign = [
        "noglob",
        "nocorrect",
        "-",
        "repeat",
        "foreach",
        "always",
        "end",
        "select",
        "time",
        "coproc",
        "function",
        "eval",
        "trap",
        "builtin",
    ];
    if let Some((offset, word, _)) = words(text).find(|(_, word, _)| foreign.contains(word)) {
        return Some(Span::of(offset, offset.saturating_add(word.len())));
    }
    // `&!` and `&|` detach a job in zsh.
    text.find("&|").map(|at| Span::of(at, at.saturating_add(2)))
}

/// What fish reads in another way than the others (fish 3 and 4), where no uncommon character stands outside quotes:
/// escapes in single quotes, `%self`, an `&` within a word, and words that are keywords or builtins of its own.
fn fish_only(text: &str) -> Option<Span> {
    let foreign = [
        "and", "or", "not", "begin", "set", "string", "complete", "bind", "history", "abbr", "alias", "emit",
        "block", "status", "switch", "else", "source", ".",
    ];
    let mut quote = None;
    let mut before = ' ';
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let is_foreign = match (quote, character) {
            (Some('\''), '\\') => matches!(next, Some('\'' | '\\')),
            (Some(open), close) => {
                if open == close {
                    quote = None;
                }
                false
            }
            (None, '\'' | '"') => {
                quote = Some(character);
                false
            }
            (None, '%') => !is_in_word(before),
            (None, '&') => {
                before != '&'
                    && is_in_word(before)
                    && next.is_some_and(|next| next != '&' && is_in_word(next))
            }
            (None, _) => false,
        };
        if is_foreign {
            return Some(Span::of(offset, offset.saturating_add(1)));
        }
        before = character;
    }
    let mut begins = true;
    for (offset, word, ends) in words(text) {
        if begins && foreign.contains(&word) {
            return Some(Span::of(offset, offset.saturating_add(word.len())));
        }
        let goes_on = word.is_empty() || word.contains('=') || BEFORE_A_NAME.contains(&word);
        begins = ends || (begins && goes_on);
    }
    None
}

/// Words that another command's name may follow.
const BEFORE_A_NAME: [&str; 10] = [
    "if", "then", "elif", "else", "while", "until", "do", "command", "exec", "!",
];

/// Whether a character is part of a word, where nothing is quoted.
fn is_in_word(character: char) -> bool {
    !matches!(character, ' ' | '\t' | '\n' | '&' | '|' | ';')
}

/// Everything between blanks and operators, quoted or not, with where it begins, and whether an operator follows.
fn words(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut offset: usize = 0;
    text.split_inclusive([' ', '&', '|', ';']).map(move |piece| {
        let begin = offset;
        offset = offset.saturating_add(piece.len());
        let ends = piece.ends_with(['&', '|', ';']);
        (begin, piece.trim_end_matches([' ', '&', '|', ';']), ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, parse};

    #[test]
    fn what_fish_reads_in_another_way_is_a_gap_where_the_shell_is_not_known() {
        for (text, unknown, zsh) in [
            ("echo 'a b' && ls -l | wc", false, false),
            (r"grep 'a\.b' x", false, false),
            // An escaped quote does not close, and what bash takes for quoted runs.
            (r"echo 'a\'' ; evil '", true, false),
            (r"echo 'a\' ; evil ; echo 'b'", true, false),
            (r"echo 'a\\' x", true, false),
            (r#"echo "b" 'a\' ; evil ; echo 'b'"#, true, false),
            ("kill %self", true, false),
            ("date +%s", false, false),
            ("cat a&b", true, false),
            ("ls; and evil", true, false),
            ("string match x", true, false),
            ("not evil", true, false),
            ("git status && echo and not set", false, false),
            ("a=b  string match x", true, false),
            ("echo a^ b", true, true),
            ("echo a{b,c}", true, true),
            ("echo (evil)", true, true),
            ("echo $a[1]", true, true),
            ("{ ls } always { evil ; }", true, true),
            ("ls # ; evil", true, true),
        ] {
            for (dialect, wanted) in [(Dialect::Unknown, unknown), (Dialect::Zsh, zsh)] {
                let script = parse(text, dialect, &Limits::default());
                assert_eq!(!script.gaps.is_empty(), wanted, "{dialect:?}: {text}");
            }
        }
    }
}
