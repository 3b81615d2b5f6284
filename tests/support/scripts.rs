//! Scripts grown from choices: mostly valid bash, sprinkled with what gates have tripped over.

mod commands;
mod hostile;
mod words;

use crate::choices::Choices;

/// How deep compound commands nest.
const DEPTH: usize = 3;

/// Program names that rules of [`crate::policies`] name too.
pub const PROGRAMS: &[&str] = &["git", "ls", "rm", "cat", "cargo", "echo"];

/// Arguments that rules name too.
pub const ARGUMENTS: &[&str] = &["status", "push", "-f", "-rf", "x", "--output=f"];

/// A script of a few statements.
pub fn script(choices: &mut Choices<'_>) -> String {
    let mut growth = Growth {
        choices,
        text: String::new(),
        depth: DEPTH,
        variables: Vec::new(),
        functions: Vec::new(),
        heredocs: Vec::new(),
    };
    growth.statements();
    growth.end_line();
    growth.text
}

/// One command of known words only: program and up to four arguments.
pub fn plain_words(choices: &mut Choices<'_>) -> Vec<String> {
    let mut words = vec![choices.pick(PROGRAMS).to_owned()];
    for _ in 0..choices.below(5) {
        words.push(choices.pick(ARGUMENTS).to_owned());
    }
    words
}

/// A script as far as it has grown.
struct Growth<'a, 'b> {
    choices: &'a mut Choices<'b>,
    text: String,
    /// How many levels may still be opened.
    depth: usize,
    /// Variables that were set before: ordinary scripts use what they set.
    variables: Vec<&'static str>,
    /// Functions that were defined before.
    functions: Vec<&'static str>,
    /// Bodies of here-documents, with their last lines, that come after the line's end.
    heredocs: Vec<&'static str>,
}

impl Growth<'_, '_> {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn pick(&mut self, texts: &[&'static str]) {
        let text = self.choices.pick(texts);
        self.push(text);
    }

    /// One to four statements with their separators.
    fn statements(&mut self) {
        self.statement();
        let most = if self.depth == DEPTH { 4 } else { 2 };
        for _ in 0..self.choices.below(most) {
            let separator = self
                .choices
                .pick(&["; ", "\n", "\n", "; ", "\n", " &\n", " ;\n", " # note\n"]);
            self.separate(separator);
            self.statement();
        }
    }

    /// Ends a command; where here-documents wait for the line's end, the line ends.
    fn separate(&mut self, separator: &str) {
        if self.heredocs.is_empty() {
            self.push(separator);
        } else {
            self.push(separator.trim_end_matches([' ', '\n', ';']));
            self.end_line();
        }
    }

    /// Ends the line where here-documents wait for that.
    fn end_line(&mut self) {
        if self.heredocs.is_empty() {
            return;
        }
        self.push("\n");
        for body in std::mem::take(&mut self.heredocs) {
            self.push(body);
        }
    }

    /// One level deeper, or a plain command where no level is left.
    fn nested(&mut self, grow: impl FnOnce(&mut Self)) {
        match self.depth.checked_sub(1) {
            None => self.push("ls"),
            Some(depth) => {
                let outer = std::mem::replace(&mut self.depth, depth);
                let waiting = std::mem::take(&mut self.heredocs);
                grow(self);
                self.end_line();
                self.heredocs = waiting;
                self.depth = outer;
            }
        }
    }

    /// What changes the shell, or an and-or list.
    fn statement(&mut self) {
        match self.choices.below(16) {
            0..=10 => self.list(),
            11..=13 => self.assignment(),
            14 => self.state(),
            _ => self.function(),
        }
    }

    fn list(&mut self) {
        self.pipeline();
        while self.choices.once_in(5) {
            let operator = self.choices.pick(&[" && ", " || ", " &&\n", " && "]);
            self.push(operator);
            if operator.ends_with('\n') {
                for body in std::mem::take(&mut self.heredocs) {
                    self.push(body);
                }
            }
            self.pipeline();
        }
    }

    fn pipeline(&mut self) {
        if self.choices.once_in(20) {
            self.pick(&["! ", "time "]);
        }
        self.command();
        while self.choices.once_in(5) {
            self.pick(&[" | ", " | ", " |& "]);
            self.command();
        }
    }
}
