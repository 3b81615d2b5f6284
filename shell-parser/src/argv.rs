//! A command that was given as arguments, not as text.

use diagnostics::Span;

use crate::{
    Body, Command, Condition, Gap, GapReason, Invocation, Launch, Link, Negation, Part, Pipeline, Script,
    Stage, Statement, Word, print,
};

/// The script that runs one program with exactly these arguments, and the text that its spans point into: the
/// arguments, quoted for a shell where they need it.
///
/// No shell reads these words, so nothing in them is a gap and `time` or `command` are programs like any other. The
/// exception is `eval` and `trap`, of which there is no program: whoever passes them means a shell that is not seen.
pub fn script_of_argv(argv: &[&str]) -> (String, Script) {
    let mut text = String::new();
    let mut words = Vec::with_capacity(argv.len());
    for argument in argv {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        print::literal(argument, &mut text);
        let parts = vec![Part::Literal((*argument).into())];
        words.push(Word {
            parts,
            span: Span::of(start, text.len()),
        });
    }
    if words.is_empty() {
        return (text, Script::default());
    }
    let span = Span::of(0, text.len());
    let gaps = match argv.first() {
        Some(&("eval" | "trap")) => vec![Gap {
            span,
            reason: GapReason::Builtin,
        }],
        Some(_) | None => Vec::new(),
    };
    let command = Command::Simple(Invocation {
        assignments: Vec::new(),
        words,
        wrappers: 0,
        code: None,
    });
    let stage = Stage {
        command,
        redirects: Vec::new(),
        span,
    };
    let pipeline = Pipeline {
        negation: Negation::Plain,
        stages: vec![stage],
    };
    let link = Link {
        condition: Condition::Always,
        pipeline,
    };
    let statement = Statement {
        links: vec![link],
        launch: Launch::Foreground,
        span,
    };
    (
        text,
        Script {
            body: Body {
                statements: vec![statement],
            },
            gaps,
        },
    )
}
