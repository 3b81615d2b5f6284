//! An independent parser beside the reader: where the reader vouches for a script, brush must see the same commands.
//!
//! brush is no authority: it has errors of its own, some of them the reader's foundation's too. But a command that
//! only one of the two sees is a hole in one of them.

#[path = "brush/lowering.rs"]
mod lowering;

use shell_parser::{Dialect, Limits, Place, Segment, Value, parse, segments};
use support::claims::claims;

use lowering::Commands;

/// Whether a script holds something.
type Holds = fn(&str) -> bool;

/// Where brush reads what bash reads otherwise, and the reader has no gap. A script that holds such a thing is not
/// compared.
const KNOWN_ERRORS: &[(Holds, &str)] = &[
    (
        |script| script.contains("$(") && script.contains("<<"),
        "a parenthesis in a here-document ends the substitution that it is in",
    ),
    (
        |script| has_process(script) && script.contains("<<"),
        "a here-document in a process substitution hides the command it belongs to",
    ),
    (
        |script| script.matches("<<").count() > 1,
        "of several here-documents, on a line or in functions, the words around are mixed up",
    ),
    (
        |script| script.contains("((") && script.contains("<<"),
        "after `for ((` in a substitution the last line of a here-document is a command",
    ),
    (
        |script| has_process(script) && goes_on_after_parenthesis(script),
        "a word does not go on after a process substitution: `<(a)#b`, `>(a)b`",
    ),
    (
        |script| script.contains("$(") && script.lines().any(has_parenthesis_in_comment),
        "a substitution ends at a parenthesis in a comment: `$(a # )`",
    ),
    (
        |script| script.contains("coproc{"),
        "`coproc` is a keyword though a brace touches it",
    ),
    (
        |script| script.contains("! time"),
        "`time` behind `!` is a program",
    ),
    (
        |script| script.contains("time time"),
        "the second of two `time` is a program",
    ),
    (|script| script.contains("$${"), "`${` opens behind `$`"),
];

/// How deep brackets and compound commands may nest: brush takes exponential time on some.
const DEPTH: usize = 10;

/// brush recurses on the stack.
const STACK: usize = 16 * 1024 * 1024;

/// What came of a comparison.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Comparison {
    /// Both see the same commands.
    Same,
    /// It was not made: a gap, a known error of brush, or a text that brush does not take.
    NotMade,
    /// A command that only one of them sees.
    Differs(String),
}

/// Compares the two readings of a script.
pub(crate) fn compare(script: &str) -> Comparison {
    let read = parse(script, Dialect::Bash, &Limits::default());
    let known = KNOWN_ERRORS.iter().any(|(holds, _)| holds(script));
    if !read.gaps.is_empty() || known || nesting(script) > DEPTH {
        return Comparison::NotMade;
    }
    let text = script.to_owned();
    let seen = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || Commands::of(&text))
        .map(std::thread::JoinHandle::join);
    let Ok(Ok(Some(seen))) = seen else {
        return Comparison::NotMade;
    };
    let claimed = segments(&read);
    let claimed: Vec<&Segment> = claimed.iter().filter(|one| !one.argv.is_empty()).collect();
    let mut executed = seen.executed();
    let missing = executed.find(|command| !claimed.iter().any(|segment| agree(segment, command)));
    if let Some(command) = missing {
        return Comparison::Differs(format!("only brush sees {command:?}"));
    }
    let foreign = claimed.iter().find(|segment| {
        let is_text = !matches!(segment.place, Place::Nested(_));
        is_text && !seen.all().any(|command| agree(segment, command))
    });
    match foreign {
        Some(segment) => Comparison::Differs(format!("only the reader sees {:?}", segment.argv)),
        None => Comparison::Same,
    }
}

/// Whether a segment and a command may be the same: all words where brush knows them all, else those before the
/// first one it does not know.
fn agree(segment: &Segment, command: &[Option<String>]) -> bool {
    let known: Vec<String> = command.iter().map_while(Clone::clone).collect();
    if known.len() == command.len() {
        return claims(segment, &known);
    }
    for (argument, word) in segment.argv.iter().zip(&known) {
        match &argument.value {
            Value::Exact(text) if **text != **word => return false,
            Value::Exact(_) => {}
            // The places do not match up any more.
            Value::OneOf(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
                return true;
            }
        }
    }
    true
}

/// How deep the text may nest, counted from its bytes: too much rather than too little.
fn nesting(script: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    let words = script.split_inclusive(|character: char| !character.is_ascii_alphanumeric());
    for word in words {
        let bare = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        let opens = matches!(bare, "if" | "case" | "for" | "while" | "until" | "select");
        let closes = matches!(bare, "fi" | "esac" | "done");
        depth = depth
            .saturating_add(usize::from(opens))
            .saturating_sub(usize::from(closes));
        match word.bytes().next_back() {
            Some(b'(' | b'{' | b'[') => depth = depth.saturating_add(1),
            Some(b')' | b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn has_process(script: &str) -> bool {
    script.contains("<(") || script.contains(">(")
}

fn goes_on_after_parenthesis(script: &str) -> bool {
    script.split(')').skip(1).any(|after| {
        let next = after.chars().next();
        next.is_some_and(|next| !next.is_whitespace() && !";&|<>(\"".contains(next))
    })
}

fn has_parenthesis_in_comment(line: &str) -> bool {
    line.split_once('#')
        .is_some_and(|(_, comment)| comment.contains(')'))
}
