//! The binary from outside: what it prints, where, and with which status.

#[cfg(test)]
#[path = "cli/always.rs"]
mod always;
#[cfg(test)]
#[path = "cli/amendments.rs"]
mod amendments;
#[cfg(test)]
#[path = "cli/answer.rs"]
mod answer;
#[cfg(test)]
#[path = "cli/answer_ends.rs"]
mod answer_ends;
#[cfg(test)]
#[path = "cli/asked.rs"]
mod asked;
#[cfg(test)]
#[path = "cli/bad_input.rs"]
mod bad_input;
#[cfg(test)]
#[path = "host/executable.rs"]
mod executable;
#[cfg(test)]
#[path = "cli/hook.rs"]
mod hook;
#[cfg(test)]
#[path = "cli/hook_ends.rs"]
mod hook_ends;
#[cfg(test)]
#[path = "cli/hook_places.rs"]
mod hook_places;
#[cfg(test)]
#[path = "cli/hook_rewriting.rs"]
mod hook_rewriting;
#[cfg(test)]
#[path = "cli/hook_settings.rs"]
mod hook_settings;
#[cfg(test)]
#[path = "cli/layers.rs"]
mod layers;
#[cfg(test)]
#[path = "cli/lines.rs"]
mod lines;
#[cfg(test)]
#[path = "cli/log.rs"]
mod log;
#[cfg(test)]
#[path = "cli/project.rs"]
mod project;
#[cfg(test)]
#[path = "cli/run.rs"]
mod run;
#[cfg(test)]
#[path = "cli/sandbox.rs"]
mod sandbox;
#[cfg(test)]
#[path = "cli/signals.rs"]
mod signals;
#[cfg(test)]
#[path = "cli/terminal.rs"]
mod terminal;
#[cfg(test)]
#[path = "cli/verdicts.rs"]
mod verdicts;
