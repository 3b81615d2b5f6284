//! The few rules that would have answered most past prompts, each with its evidence.
//!
//! A rule is never proposed for what [`Gatekeeper::propose`] proposes none for (shells, interpreters, wrappers, what a
//! layer's rule speaks of), nor for commands that write, delete or run something by what is known of them, nor where it
//! would allow what a person has said no to.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use execpolicy::{Amendment, Context, Decision, EffectKind, SegmentVerdict};
use shell_parser::WorkingDirectory;

use crate::log::{self, Entry, Lines, ReadError, Record};
use crate::{Command, Gatekeeper, Judgement};

/// Different prompts that are looked at; the log's later ones are counted and no more.
const MOST_PROMPTS: usize = 20_000;

/// Prompts that a rule has to be about: what was asked once is no habit.
const AGAIN: u64 = 2;

/// Commands that are shown for a rule.
const SHOWN: usize = 3;

/// A rule, and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The rule, what else it would allow, and what not.
    pub amendment: Amendment,
    /// Past prompts that it answers, alone or together with the others.
    pub prompts: u64,
    /// Of these, those that a person has said yes to.
    pub approved: u64,
    /// Some of the commands, the most frequent first.
    pub commands: Vec<String>,
}

/// What a log suggests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// Rules, the one that answers most first.
    pub rules: Vec<Suggestion>,
    /// Past decisions that were prompts.
    pub prompts: u64,
    /// Of these, those that the policy of now answers already.
    pub settled: u64,
    /// Of these, those that all the rules together answer.
    pub answered: u64,
    /// Of these, those that cannot be judged again, or are too many.
    pub not_looked_at: u64,
}

/// A prompt that came again and again.
struct Prompt {
    entry: Box<Entry>,
    times: u64,
    approved: u64,
    declined: u64,
}

/// A prompt, and the rules that answer it together.
struct Answerable<'p> {
    prompt: &'p Prompt,
    rules: BTreeSet<Box<str>>,
}

impl Gatekeeper {
    /// Suggests at most so many rules that would have answered prompts of a log.
    ///
    /// # Errors
    /// [`ReadError`] of a file that cannot be read.
    pub fn suggest(&self, lines: Lines, most: usize) -> Result<Suggestions, ReadError> {
        let mut found = Suggestions::default();
        let prompts = prompts(lines, &mut found)?;
        let mut rules: BTreeMap<Box<str>, Amendment> = BTreeMap::new();
        let mut answerable = Vec::new();
        for prompt in &prompts {
            match self.rules_for(prompt) {
                Needs::Nothing => found.settled = found.settled.saturating_add(prompt.times),
                Needs::Rules(amendments) => {
                    answerable.push(Answerable {
                        prompt,
                        rules: amendments
                            .iter()
                            .map(|amendment| amendment.rule().into())
                            .collect(),
                    });
                    rules.extend(
                        amendments
                            .into_iter()
                            .map(|amendment| (amendment.rule().into(), amendment)),
                    );
                }
                Needs::Person => {}
            }
        }
        let declined: Vec<&Prompt> = prompts.iter().filter(|prompt| prompt.declined > 0).collect();
        rules.retain(|_, amendment| !self.allows_any(&[&*amendment], &declined));
        answerable.retain(|prompt| prompt.rules.iter().all(|rule| rules.contains_key(rule)));
        let mut chosen = chosen(&answerable, most);
        let of = |chosen: &[Box<str>]| -> Vec<Amendment> {
            chosen
                .iter()
                .filter_map(|rule| rules.get(rule).cloned())
                .collect()
        };
        // Two rules may allow together what neither does alone.
        while self.allows_any(&of(&chosen).iter().collect::<Vec<_>>(), &declined) {
            chosen.pop();
        }
        found.tell(&answerable, of(&chosen));
        Ok(found)
    }

    /// The rules that answer a prompt together.
    fn rules_for(&self, prompt: &Prompt) -> Needs {
        let context = prompt.entry.context.context();
        let Some(command) = prompt.entry.subject() else {
            return Needs::Person;
        };
        let judgement = self.judge(command, &context);
        match judgement.decision() {
            Decision::Allow => return Needs::Nothing,
            Decision::Forbidden => return Needs::Person,
            Decision::Prompt => {}
        }
        let asking = || {
            judgement
                .verdict()
                .segments()
                .iter()
                .filter(|segment| segment.decision == Decision::Prompt)
        };
        if !asking().all(is_harmless) {
            return Needs::Person;
        }
        if asking().count() <= 1 {
            let amendment = self.propose(judgement, &context).amendment().cloned();
            return amendment.map_or(Needs::Person, |amendment| Needs::Rules(vec![amendment]));
        }
        let each: Option<Vec<Amendment>> = asking()
            .map(|segment| self.rule_for_segment(&judgement, segment, &context))
            .collect();
        let answers = |amendments: &Vec<Amendment>| {
            let together: Vec<&Amendment> = amendments.iter().collect();
            self.allows_any(&together, &[prompt])
        };
        each.filter(answers).map_or(Needs::Person, Needs::Rules)
    }

    /// The rule that would answer for one of several segments, taken by itself.
    fn rule_for_segment(
        &self,
        judgement: &Judgement,
        segment: &SegmentVerdict,
        context: &Context,
    ) -> Option<Amendment> {
        if segment.segment.directory != WorkingDirectory::Start {
            return None;
        }
        let text = judgement.command().source().snippet(segment.segment.span)?;
        let alone = self.judge(Command::of_text(text, context.dialect), context);
        self.propose(alone, context).amendment().cloned()
    }

    /// Whether one of these prompts would be an allow with these rules.
    fn allows_any(&self, amendments: &[&Amendment], prompts: &[&Prompt]) -> bool {
        if amendments.is_empty() || prompts.is_empty() {
            return false;
        }
        let amended = self.amended(amendments);
        prompts.iter().any(|prompt| {
            let command = prompt.entry.subject();
            let context = prompt.entry.context.context();
            command.is_some_and(|command| amended.judge(command, &context).decision() == Decision::Allow)
        })
    }
}

/// What it takes to answer a prompt.
enum Needs {
    /// The policy answers it now.
    Nothing,
    /// These rules.
    Rules(Vec<Amendment>),
    /// A person, always.
    Person,
}

impl Suggestions {
    /// Counts what these rules answer.
    fn tell(&mut self, answerable: &[Answerable<'_>], amendments: Vec<Amendment>) {
        let chosen: BTreeSet<&str> = amendments.iter().map(Amendment::rule).collect();
        let answered: Vec<&Answerable<'_>> = answerable
            .iter()
            .filter(|prompt| prompt.rules.iter().all(|rule| chosen.contains(&**rule)))
            .collect();
        let sum = |numbers: &mut dyn Iterator<Item = u64>| numbers.fold(0_u64, u64::saturating_add);
        self.answered = sum(&mut answered.iter().map(|answered| answered.prompt.times));
        for amendment in amendments {
            let mut mine: Vec<&Prompt> = answered
                .iter()
                .filter(|answered| answered.rules.contains(amendment.rule()))
                .map(|answered| answered.prompt)
                .collect();
            mine.sort_by(|one, other| {
                let times = other.times.cmp(&one.times);
                times.then_with(|| one.entry.command.cmp(&other.entry.command))
            });
            if mine.is_empty() {
                continue;
            }
            let mut commands: Vec<String> = Vec::new();
            for prompt in &mine {
                if commands.len() < SHOWN && !commands.contains(&prompt.entry.command) {
                    commands.push(prompt.entry.command.clone());
                }
            }
            self.rules.push(Suggestion {
                amendment,
                prompts: sum(&mut mine.iter().map(|prompt| prompt.times)),
                approved: sum(&mut mine.iter().map(|prompt| prompt.approved)),
                commands,
            });
        }
        self.rules.sort_by(|one, other| {
            let prompts = other.prompts.cmp(&one.prompts);
            prompts.then_with(|| one.amendment.rule().cmp(other.amendment.rule()))
        });
    }
}

/// Whether what is known of a segment neither writes nor runs anything.
fn is_harmless(segment: &SegmentVerdict) -> bool {
    segment.effects.iter().all(|effect| match effect.kind {
        EffectKind::Write(_)
        | EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Execute(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Overwrite
        | EffectKind::Setting { .. } => false,
        EffectKind::List(_)
        | EffectKind::Read(_)
        | EffectKind::Connect(_)
        | EffectKind::Configured(_)
        | EffectKind::Configure
        | EffectKind::Unknown(_) => true,
    })
}

/// The prompts of a log, each kind once.
fn prompts(lines: Lines, found: &mut Suggestions) -> Result<Vec<Prompt>, ReadError> {
    let mut prompts: Vec<Prompt> = Vec::new();
    let mut places: HashMap<[u8; 32], usize> = HashMap::new();
    for line in lines {
        let bytes = line?.bytes.unwrap_or_default();
        let Ok(Record::Decision(entry)) = serde_json::from_slice(&bytes) else {
            continue;
        };
        if !log::asks(&entry) {
            continue;
        }
        found.prompts = found.prompts.saturating_add(1);
        if entry.not_replayable.is_some() {
            found.not_looked_at = found.not_looked_at.saturating_add(1);
            continue;
        }
        let asked = serde_json::to_vec(&(&entry.command, &entry.argv, &entry.context));
        let key = *blake3::hash(&asked.unwrap_or_default()).as_bytes();
        let (is_yes, is_no) = answer(&entry);
        let known = places.get(&key).and_then(|place| prompts.get_mut(*place));
        if let Some(prompt) = known {
            prompt.times = prompt.times.saturating_add(1);
            prompt.approved = prompt.approved.saturating_add(u64::from(is_yes));
            prompt.declined = prompt.declined.saturating_add(u64::from(is_no));
            continue;
        }
        // A no is never passed over: a rule must not allow what it was said to.
        if prompts.len() >= MOST_PROMPTS && !is_no {
            found.not_looked_at = found.not_looked_at.saturating_add(1);
            continue;
        }
        places.insert(key, prompts.len());
        prompts.push(Prompt {
            entry,
            times: 1,
            approved: u64::from(is_yes),
            declined: u64::from(is_no),
        });
    }
    Ok(prompts)
}

/// Whether somebody has said yes, and whether somebody has said no.
fn answer(entry: &Entry) -> (bool, bool) {
    match &entry.answer {
        Some(answer) if answer.by == "nobody" => (false, false),
        Some(answer) => (answer.answer != "no", answer.answer == "no"),
        None => (false, false),
    }
}

/// At most so many rules, each the one that answers most of what those before it leave.
fn chosen(answerable: &[Answerable<'_>], most: usize) -> Vec<Box<str>> {
    let mut chosen: Vec<Box<str>> = Vec::new();
    while chosen.len() < most {
        let mut gains: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for prompt in answerable {
            let missing: Vec<&str> = prompt
                .rules
                .iter()
                .filter(|rule| !chosen.contains(rule))
                .map(|rule| &**rule)
                .collect();
            for rule in &missing {
                let (whole, part) = gains.entry(rule).or_default();
                *part = part.saturating_add(prompt.prompt.times);
                if missing.len() == 1 {
                    *whole = whole.saturating_add(prompt.prompt.times);
                }
            }
        }
        // Of equals the first by its text.
        let best = gains.into_iter().rev().max_by_key(|(_, gain)| *gain);
        let Some((rule, (_, prompts))) = best else { break };
        if prompts < AGAIN {
            break;
        }
        chosen.push(rule.into());
    }
    chosen
}
