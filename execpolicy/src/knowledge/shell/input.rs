//! A script that a shell reads from the same input as the commands in it.

use shell_parser::{Dialect, Environment, Input, Limits, Segment};

/// Programs that read nothing of their standard input, whatever their arguments.
const DEAF: &[&str] = &[
    ":", "[", "basename", "cd", "date", "dirname", "echo", "export", "false", "id", "ls", "mkdir", "printf",
    "pwd", "set", "sleep", "test", "touch", "true", "uname", "whoami",
];

/// Commands of git of which only an option with `stdin` in its name reads it.
const DEAF_OF_GIT: &[&str] = &["branch", "diff", "log", "ls-files", "rev-parse", "show", "status"];

/// Whether a command of the text surely takes nothing of it away. A shell reads its input line by line, and what a
/// command has read of it is gone: `read -n 5 x` makes `rm x` of `echo rm x` on the next line.
pub(super) fn is_left_alone(dialect: Dialect, text: &str) -> bool {
    // One line is read whole before anything of it runs.
    if !text.trim_end_matches('\n').contains('\n') {
        return true;
    }
    let script = shell_parser::parse(text, dialect, &Limits::default());
    let segments = shell_parser::segments_in(&script, &Environment::default());
    segments.iter().all(is_deaf)
}

fn is_deaf(segment: &Segment) -> bool {
    if segment.argv.is_empty() {
        return true;
    }
    match &segment.input {
        Input::Text(_) => return true,
        // A redirect may lead to the descriptor that the script comes from.
        Input::Inherited | Input::Pipe(_) | Input::Stage(_) | Input::Found(_) | Input::File => {}
    }
    let mut words = segment.argv.iter().map(|word| word.value.exact());
    match words.next().flatten() {
        Some("git") => {
            let is_deaf = words
                .next()
                .flatten()
                .is_some_and(|word| DEAF_OF_GIT.contains(&word));
            is_deaf && words.all(|word| word.is_some_and(|word| !word.contains("std")))
        }
        Some(program) => DEAF.contains(&program),
        None => false,
    }
}
