//! The judge that goes by policy files, as they are at the moment of the question.

use std::path::PathBuf;

use gatekeeper::hook::{Ruling, Worktree};
use gatekeeper::log::{Asker, Entry, Log};
use gatekeeper::{Defaults, Live, Places, Surroundings};

use crate::ask::{Asked, Judge, Opinion};
use crate::protocol::Protocol;

/// Work trees whose policy is kept loaded; with more, the one that was loaded first is loaded again.
const MOST: usize = 32;

/// Characters of a session's name in the log.
const LONGEST_SESSION: usize = 128;

/// What a policy is made of.
#[derive(Debug)]
pub struct PolicyPlace {
    /// What holds of every question: the user's directories, the environment, the shell. Where a command starts, its
    /// question says.
    pub surroundings: Surroundings,
    /// Policy files that are given by name.
    pub given: Vec<PathBuf>,
    /// What speaks where no file does.
    pub defaults: Defaults,
    /// Where decisions are logged. Without one nothing is allowed: every yes is left to the person.
    pub log: Option<Log>,
    /// Whose questions they are, for the log.
    pub protocol: Protocol,
}

/// The judge that goes by policy files. They are looked at for every question.
#[derive(Debug)]
pub struct Policy {
    place: PolicyPlace,
    loaded: Vec<(Places, Live)>,
}

impl Policy {
    /// With nothing loaded yet.
    pub fn new(place: PolicyPlace) -> Self {
        Self {
            place,
            loaded: Vec::new(),
        }
    }

    /// The policy of these places, as its files are now.
    fn live(&mut self, places: &Places) -> Option<&Live> {
        let found = self.loaded.iter().position(|(loaded, _)| loaded == places);
        if let Some((_, live)) = found.and_then(|index| self.loaded.get(index)) {
            live.refresh();
        } else {
            if self.loaded.len() >= MOST {
                self.loaded.remove(0);
            }
            let live = Live::new(places.clone(), self.place.given.clone(), self.place.defaults);
            self.loaded.push((places.clone(), live));
        }
        let index = found.unwrap_or(self.loaded.len().saturating_sub(1));
        self.loaded.get(index).map(|(_, live)| live)
    }

    /// Who asks, for the log.
    fn asker(&self, session: &str) -> Asker {
        Asker {
            agent: Some(self.place.protocol.name().to_owned()),
            session: Some(session.chars().take(LONGEST_SESSION).collect()),
            ..Asker::verb("answer")
        }
    }

    /// What all work trees that a question is about say together; `None` where one of them cannot be asked, or an allow
    /// cannot be logged.
    fn rule(&mut self, asked: &Asked) -> Option<Ruling> {
        let surroundings = Surroundings {
            cwd: asked.event.cwd.clone(),
            ..self.place.surroundings.clone()
        };
        let worktrees = Worktree::of(&asked.event, &surroundings).ok()?;
        let mut all: Option<Ruling> = None;
        let mut is_logged = true;
        for worktree in worktrees {
            let mut context = worktree.context;
            let gatekeeper = self.live(&worktree.places)?.current();
            let (ruling, judgement) = gatekeeper.rule_on(&asked.event, &mut context, None);
            // An allow in one of several is not the last word.
            let restricts = matches!(&ruling, Ruling::Deny(_) | Ruling::Ask { .. });
            if let Some(judgement) = judgement.filter(|_| restricts || !worktree.is_further) {
                let entry = Entry::of(
                    &judgement,
                    &context,
                    gatekeeper.digest(),
                    self.asker(&asked.session),
                );
                let written = self.place.log.as_ref().map(|log| log.append(&entry));
                is_logged &= matches!(written, Some(Ok(())));
            }
            all = Some(match all {
                Some(all) => all.stricter(ruling),
                None => ruling,
            });
        }
        all.filter(|ruling| is_logged || matches!(ruling, Ruling::Deny(_)))
    }
}

impl Judge for Policy {
    fn judge(&mut self, asked: &Asked) -> Opinion {
        match self.rule(asked) {
            Some(Ruling::Allow { rewritten: None }) => Opinion::Yes,
            Some(Ruling::Deny(reasons)) => Opinion::No { why: reasons.model },
            Some(Ruling::Allow { rewritten: Some(_) } | Ruling::Ask { .. } | Ruling::NoOpinion) | None => {
                Opinion::Person
            }
        }
    }
}
