//! What each file of a layer says, for people who decide whether it may.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, visible};
use execpolicy::{Decision, Layer, Origin, PolicyFile};

use super::Layers;
use crate::builtin;
use crate::finding::of_broken_file;

/// What a policy file says, in numbers. Calls are counted, whatever each of them makes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FileSurvey {
    /// Its path.
    pub file: String,
    /// Calls that prompt or forbid.
    pub restricting: usize,
    /// Calls that loosen: what allows, and what describes executables, programs and profiles.
    pub loosening: Vec<Loosening>,
    /// Whether it loads.
    pub loads: bool,
}

/// A call of a policy file that loosens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Loosening {
    /// Its line, from 1.
    pub line: usize,
    /// Its text on one line, shortened; control characters and their like are escaped.
    pub text: String,
}

/// Characters of a call that are shown.
const SHOWN: usize = 100;

impl Layers {
    /// What keeps files from being read or from loading, a finding for each file.
    pub fn mistakes(&self) -> Vec<Diagnostic> {
        let loaded = execpolicy::load(&self.files, &builtin::pack);
        let broken = loaded.policy.broken().iter().map(AsRef::as_ref);
        broken.chain(&self.broken).map(of_broken_file).collect()
    }

    /// The same, as if somebody had vouched for the project.
    #[must_use]
    pub fn as_if_trusted(mut self) -> Self {
        self.files = self.files.iter().map(trusted).collect();
        self
    }

    /// What the files of this layer say, in their order, as if they were all trusted.
    pub fn survey(&self, layer: &str) -> Vec<FileSurvey> {
        let of_layer = self.files.iter().filter(|file| file.layer.as_str() == layer);
        let trusted: Vec<PolicyFile> = of_layer.map(trusted).collect();
        let loaded = execpolicy::load(&trusted, &builtin::pack);
        let policy = &loaded.policy;
        let mut calls: BTreeMap<(&str, usize), (bool, String)> = BTreeMap::new();
        let mut add = |origin: &Origin, loosens: bool| {
            let Some(file) = trusted
                .iter()
                .find(|file| file.source.name() == origin.source.name())
            else {
                return;
            };
            let call = (file.source.name(), origin.span.start());
            calls.entry(call).or_insert_with(|| {
                let text = origin.source.snippet(origin.span).unwrap_or_default();
                (loosens, on_one_line(text))
            });
        };
        for rule in policy.rules() {
            add(&rule.origin, rule.decision == Decision::Allow);
        }
        for rule in policy.effect_rules() {
            add(&rule.origin, rule.decision == Decision::Allow);
        }
        for host in policy.host_executables() {
            add(&host.origin, true);
        }
        for origin in policy.profiles().filter_map(|profile| profile.origin.as_ref()) {
            add(origin, true);
        }
        for program in &loaded.programs {
            let start = usize::try_from(program.span.0).unwrap_or(usize::MAX);
            let file = trusted.iter().find(|file| file.source.name() == &*program.file);
            if let Some(file) = file {
                let text = format!("program(name = \"{}\", …)", program.name);
                let call = (file.source.name(), start);
                calls.entry(call).or_insert_with(|| (true, on_one_line(&text)));
            }
        }
        let surveyed = trusted.iter().map(|file| {
            let name = file.source.name();
            let mut survey = FileSurvey {
                file: name.to_owned(),
                loads: !policy.broken().iter().any(|broken| &*broken.file == name),
                ..FileSurvey::default()
            };
            for ((_, start), (loosens, text)) in calls.range((name, 0)..=(name, usize::MAX)) {
                if *loosens {
                    let line = file.source.text().get(..*start).unwrap_or_default();
                    let line = line.matches('\n').count().saturating_add(1);
                    let text = text.clone();
                    survey.loosening.push(Loosening { line, text });
                } else {
                    survey.restricting = survey.restricting.saturating_add(1);
                }
            }
            survey
        });
        surveyed.collect()
    }
}

fn trusted(file: &PolicyFile) -> PolicyFile {
    PolicyFile {
        source: file.source.clone(),
        layer: Layer::new(file.layer.as_str()),
    }
}

fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = words.join(" ");
    let mut characters = joined.chars();
    let start: String = characters.by_ref().take(SHOWN).collect();
    let dots = if characters.next().is_some() { "…" } else { "" };
    format!("{}{dots}", visible(&start))
}
