//! Simple commands: what they execute, what they set, and what that means for the commands after them.

use super::loops::any_field;
use super::redirects::{self, file_redirect};
use super::{Collector, Keep};
use crate::assigned;
use crate::field::{single, value};
use crate::lower::builtin::read_names;
use crate::{
    Argument, Code, FileRedirect, Input, Invocation, Moment, Place, Setting, Stage, Word, WorkingDirectory,
};

impl Collector {
    /// Collects one, with what runs in its expansions, and follows what it does to the shell.
    pub(super) fn simple(
        &mut self,
        invocation: &Invocation,
        stage: &Stage,
        redirects: Vec<FileRedirect>,
        input: Option<Input>,
    ) {
        let words = invocation.words.get(invocation.wrappers..).unwrap_or_default();
        let argv = words
            .iter()
            .map(|word| Argument {
                value: value(word, &self.surroundings.variables),
                span: word.span,
            })
            .collect();
        let settings = self.settings(invocation);
        let outer_input = self.surroundings.input.clone();
        if let Some(input) = input {
            self.surroundings.input = input;
        }
        let position = self.segments.len();
        let called = words
            .first()
            .and_then(Word::literal)
            .and_then(|name| self.called(&name));
        // A call of a function runs what the function's own segments say, and no program.
        let runs_program = called
            .as_ref()
            .is_none_or(|function| !function.certain || invocation.wrappers > 0);
        let argv = if runs_program { argv } else { Vec::new() };
        self.push(argv, settings, redirects, stage.span);
        self.surroundings.input = outer_input;
        for word in invocation
            .assignments
            .iter()
            .map(|assignment| &assignment.value)
            .chain(&invocation.words)
        {
            self.substitutions(word);
        }
        self.substitutions_of_redirects(&stage.redirects);
        if let Some(code) = &invocation.code {
            self.code(code, stage);
        }
        if called.is_some() {
            // What a function sets is not followed.
            self.surroundings.variables.forget_all();
        }
        if called.is_some_and(|function| function.moves) {
            self.surroundings.directory = WorkingDirectory::Unknown;
        } else if runs_program {
            self.follow_directory(position);
        }
    }

    /// The script in an argument, which runs here or later; the redirects of the builtin are around it.
    fn code(&mut self, code: &Code, stage: &Stage) {
        match code.moment {
            Moment::Now => {
                let outer = self.surroundings.clone();
                let variables = &outer.variables;
                let redirects = stage
                    .redirects
                    .iter()
                    .map(|redirect| file_redirect(redirect, variables))
                    .collect();
                let input = redirects::input(&stage.redirects, variables);
                self.surround(redirects, input);
                self.body(&code.body);
                self.restore(outer, Keep::Shell);
            }
            Moment::Later => {
                let outer = self.surroundings.clone();
                self.later(&code.body);
                self.restore(outer, Keep::Nothing);
            }
        }
    }

    /// The assignments of a command, which last where they stand alone or in a declaration.
    fn settings(&mut self, invocation: &Invocation) -> Vec<Setting> {
        let words = invocation.words.get(invocation.wrappers..).unwrap_or_default();
        let name = words.first().and_then(Word::literal);
        // Outside a function `local` fails, and what the variable holds is what it held.
        let in_function = self.surroundings.place == Place::Function;
        let lasting = words.is_empty()
            || matches!(name.as_deref(), Some("export" | "declare"))
            || name.as_deref() == Some("local") && in_function;
        let localises = name.as_deref() == Some("local") && !in_function;
        let freezes = name.as_deref() == Some("readonly");
        for name in assigned::set_by_words(invocation) {
            self.surroundings.variables.forget(&name);
            if freezes {
                self.surroundings.variables.freeze(&name);
            }
        }
        let mut settings = Vec::with_capacity(invocation.assignments.len());
        // All words of a command are expanded before it sets anything. What stands before them is set one after the
        // other, and bash and dash differ on whether `b=$a` behind `a=1` sees that.
        let expands_first = !words.is_empty() && !invocation.assignments.is_empty();
        let before = expands_first.then(|| self.surroundings.variables.clone());
        let mut in_turn = before.clone();
        for assignment in &invocation.assignments {
            let is_word = assignment.words_before > 0;
            let seen = if is_word { &before } else { &in_turn };
            let seen = seen.as_ref().unwrap_or(&self.surroundings.variables);
            let value = single(&assignment.value, seen);
            if let Some(in_turn) = in_turn.as_mut().filter(|_| !is_word) {
                in_turn.forget(&assignment.name);
            }
            if freezes {
                self.surroundings.variables.freeze(&assignment.name);
            } else if localises {
                self.surroundings.variables.forget(&assignment.name);
            } else if lasting {
                self.surroundings.variables.set(&assignment.name, value.clone());
            }
            settings.push(Setting {
                name: assignment.name.clone(),
                value,
                span: assignment.span,
            });
        }
        let read = words.split_first().filter(|_| name.as_deref() == Some("read"));
        if let Some((_, arguments)) = read {
            let named = read_names(arguments).unwrap_or_default();
            for word in arguments {
                if let Some(name) = word
                    .literal()
                    .filter(|name| named.iter().any(|named| *named == **name))
                {
                    settings.push(Setting {
                        name: (*name).into(),
                        value: any_field(),
                        span: word.span,
                    });
                }
            }
        }
        settings
    }
}
