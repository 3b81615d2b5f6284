//! The languages that shells read, and where they differ from bash's.

use diagnostics::Span;

use crate::cst::{Cst, Kind};
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
    /// Not known: as `Zsh`.
    Unknown,
}

/// Where a text may mean something else in this dialect than in bash.
pub(crate) fn dialect_gaps(dialect: Dialect, cst: &Cst<'_>) -> Vec<Gap> {
    match dialect {
        Dialect::Bash => Vec::new(),
        Dialect::Sh => cst
            .root()
            .descendants()
            .filter(|node| is_bash_only(node.kind(), node.text()))
            .map(|node| gap(node.span()))
            .collect(),
        Dialect::Zsh | Dialect::Unknown => uncommon_characters(cst.text()).into_iter().map(gap).collect(),
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
        Kind::Word => {
            text.contains('{')
                || text.ends_with('$')
                || matches!(text, "time" | "coproc" | "source" | "eval" | "trap" | "builtin")
        }
        _ => false,
    }
}

/// Bytes outside quotes that some shell acts on. Inside single quotes all agree; inside double quotes all agree
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
    let mut offset: usize = 0;
    for piece in text.split_inclusive([' ', '&', '|', ';']) {
        let word = piece.trim_end_matches([' ', '&', '|', ';']);
        if foreign.contains(&word) {
            return Some(Span::of(offset, offset.saturating_add(word.len())));
        }
        offset = offset.saturating_add(piece.len());
    }
    // `&!` and `&|` detach a job in zsh.
    text.find("&|").map(|at| Span::of(at, at.saturating_add(2)))
}
