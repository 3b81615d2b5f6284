//! The stages of a pipeline, each with what the one before it writes.

use super::Collector;
use crate::{Command, Input, Pipeline, Stage};

impl Collector {
    /// Each stage of a pipeline runs in a subshell of its own.
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline) {
        if let [stage] = pipeline.stages.as_slice() {
            return self.stage(stage);
        }
        let outer = self.surroundings.clone();
        for stage in &pipeline.stages {
            let first = self.segments.len();
            self.stage(stage);
            self.surroundings = outer.clone();
            self.surroundings.input = self.written_by(stage, first);
        }
        self.surroundings = outer;
    }

    /// What the stage writes whose segments begin at this index.
    fn written_by(&self, stage: &Stage, first: usize) -> Input {
        match self.segments.get(first..) {
            // A simple command may be opened into others, as `eval` is; these stand in its words.
            Some([only]) if matches!(stage.command, Command::Simple(_)) && only.span == stage.span => {
                Input::Stage(first)
            }
            Some(_) | None => Input::Pipe((first..self.segments.len()).collect()),
        }
    }
}
