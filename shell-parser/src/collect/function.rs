//! Functions: their body is judged where it stands, a call of one runs no program.

use super::loops::any_field;
use super::{Collector, Function};
use crate::{Body, Place, WorkingDirectory};

impl Collector {
    /// Collects a body as something that may run later, anywhere.
    pub(super) fn define(&mut self, name: &str, body: &Body) -> Function {
        let certain = self.surroundings.certain;
        let first = self.segments.len();
        self.later(body);
        self.doubt_calls(name, first);
        let moves = self.segments.iter().skip(first).any(|segment| {
            let name = segment.argv.first().map(|argument| &argument.value);
            name.is_some_and(|name| {
                name.exact()
                    .is_none_or(|name| matches!(name, "cd" | "pushd" | "popd"))
            })
        });
        let calls_mover = self.surroundings.functions.iter().any(|function| function.moves);
        Function {
            name: name.into(),
            certain,
            moves: moves || calls_mover,
        }
    }

    /// A function that calls itself, or one whose definition is not certain here, runs nobody knows what, and how
    /// often: `:(){ :|:& };:` never ends. So the names that it calls are not those of programs.
    fn doubt_calls(&mut self, name: &str, first: usize) {
        let functions = &self.surroundings.functions;
        let is_doubtful = |called: &str| {
            called == name
                || functions
                    .iter()
                    .any(|function| *function.name == *called && !function.certain)
        };
        for segment in self.segments.iter_mut().skip(first) {
            if let Some(program) = segment.argv.first_mut()
                && program.value.exact().is_some_and(is_doubtful)
            {
                program.value = any_field();
            }
        }
    }

    /// Collects what runs later or never, when directory and variables are others.
    pub(super) fn later(&mut self, body: &Body) {
        self.surroundings.directory = WorkingDirectory::Unknown;
        self.surroundings.variables.forget_all();
        self.maybe(|collector| collector.inside(Place::Function, body));
    }

    /// What a name calls: the last function of that name.
    pub(super) fn called(&self, name: &str) -> Option<Function> {
        self.surroundings
            .functions
            .iter()
            .rev()
            .find(|function| &*function.name == name)
            .cloned()
    }

    /// Walks what may run or not, or several times.
    pub(super) fn maybe(&mut self, walk: impl FnOnce(&mut Self)) {
        let certain = std::mem::replace(&mut self.surroundings.certain, false);
        let before = self.surroundings.variables.clone();
        walk(self);
        self.surroundings.certain = certain;
        self.surroundings.variables.keep_common(&before);
    }
}
