//! `execpolicy hook AGENT`: one event in, one answer out, in the agent's own words whatever happens.

mod deadline;
mod doctor;
pub(crate) mod place;
mod settings;
mod telling;

use std::ffi::OsString;
use std::io::{self, Read};
use std::mem::discriminant;
use std::panic;
use std::path::{Path, PathBuf};

use diagnostics::Diagnostic;
use gatekeeper::hook::{
    Agent, Answer, Event, LONGEST_EVENT, Rewriting, Ruling, SettingsGround, TokenTerms, Tokens, Worktree,
};
use gatekeeper::log::{Asker, Entry, Log};
use gatekeeper::sandbox::LastWords;
use gatekeeper::{ConfinementName, Context, Directory, Gatekeeper, Judgement, Places};
use rustix::fs::{FileType, fstat, major, minor};

use crate::args::{HookArgs, HookOptions, HookVerb, PolicyArgs};
use crate::environment;
use crate::exit::Exit;
use crate::policy::Policy;

/// The numbers of `/dev/null`: see null(4).
const NULL_DEVICE: (u32, u32) = (1, 3);

/// Answers one event, or does what is asked about an agent's settings.
pub(crate) fn run(args: HookArgs) -> Exit {
    match (args.verb, args.agent) {
        (Some(HookVerb::Install(install)), _) => settings::install(&install),
        (Some(HookVerb::Uninstall(place)), _) => settings::uninstall(&place),
        (Some(HookVerb::Status(status)), _) => settings::status(&status),
        (Some(HookVerb::Doctor(place)), _) => doctor::run(&place),
        (None, Some(agent)) => answer(agent, args.options),
        // The parser has asked for it.
        (None, None) => Exit::Usage,
    }
}

fn answer(agent: Agent, mut options: HookOptions) -> Exit {
    // By the names that a rewritten command finds them under, wherever it starts.
    let here = environment::directory().unwrap_or_default();
    let files = options.given.rules.iter();
    options.given.rules = files.map(|file| here.join(file)).collect();
    // What a crash has to say is no reason that an agent should show.
    panic::set_hook(Box::new(|_| {}));
    let ended = agent.fail("a signal ended it, as where memory or time is used up");
    LastWords {
        stdout: ended.stdout.into_bytes(),
        stderr: ended.stderr.into_bytes(),
        status: ended.status,
    }
    .prepare();
    let answer = deadline::keep(deadline::OWN, move || {
        respond(agent, &options).unwrap_or_else(|why| agent.fail(&why))
    });
    tell(&answer.unwrap_or_else(|late| agent.fail(&late.to_string())))
}

/// The deny for a command line that cannot be read; `None` where it is not that of a hook.
pub(crate) fn refuse(arguments: &[OsString], why: &str) -> Option<Exit> {
    let mut words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    if words.next() != Some("hook") {
        return None;
    }
    // An agent calls its own name; people call a verb before it.
    let verbs = ["install", "uninstall", "status", "doctor"];
    let agent = words
        .take_while(|word| !verbs.contains(word))
        .find_map(Agent::named)?;
    let why = why.lines().next().unwrap_or_default();
    Some(tell(&agent.fail(why)))
}

/// Judges the event on standard input. The error is what went wrong, in words.
fn respond(agent: Agent, options: &HookOptions) -> Result<Answer, String> {
    let mut event = agent.read(&input()?).map_err(|error| error.to_string())?;
    for root in agent.roots(environment::variable) {
        let root = root.into_os_string().into_string();
        event
            .workspaces
            .push(root.map_err(|root| format!("`{}` is not UTF-8", root.display()))?);
    }
    let home = environment::home().ok_or("there is no home directory: $HOME is not set")?;
    let rewriting = rewriting(agent, options, &event, &home)?;
    let mut said: Option<Said> = None;
    let surroundings = place::of(agent, &event, &home, rewriting.is_some())?;
    let mut worktrees = Worktree::of(&event, &surroundings).map_err(|error| error.to_string())?;
    let own = environment::directory();
    if let Some(own) = own.as_deref().and_then(Path::to_str) {
        let own = Worktree::of_process(&event, own, &surroundings).map_err(|error| error.to_string())?;
        worktrees.extend(own);
    }
    for worktree in worktrees {
        let next = rule(agent, options, &event, worktree, rewriting.as_ref())?;
        said = Some(match said {
            Some(said) => said.stricter(next),
            None => next,
        });
    }
    let said = said.ok_or("there is nothing to judge by")?;
    // What comes back rewritten is logged where it runs.
    if let Some(entry) = said
        .entry
        .filter(|_| !matches!(said.ruling, Ruling::Allow { rewritten: Some(_) }))
    {
        log(&entry)?;
    }
    Ok(agent.answer(&event, said.ruling, options.unasked.into()))
}

/// A ruling, with what the log holds of it.
struct Said {
    ruling: Ruling,
    entry: Option<Entry>,
}

impl Said {
    /// The stricter of two, with the entry of the one that made it so.
    fn stricter(self, other: Self) -> Self {
        let ruling = self.ruling.clone().stricter(other.ruling);
        let same = discriminant(&ruling) == discriminant(&self.ruling);
        Self {
            ruling,
            entry: if same { self.entry } else { other.entry },
        }
    }
}

/// Rules on the event in one work tree.
fn rule(
    agent: Agent,
    options: &HookOptions,
    event: &Event,
    worktree: Worktree,
    rewriting: Option<&Rewriting>,
) -> Result<Said, String> {
    let mut context = worktree.context;
    let gatekeeper = open(options, &worktree.places)?;
    if let Some(name) = options.profile()
        && !worktree.is_further
        && !gatekeeper.describes(&ConfinementName::new(name))
    {
        return Err(format!("there is no profile `{name}`"));
    }
    let (ruling, judgement) = gatekeeper.rule_on(event, &mut context, rewriting);
    let asker = Asker {
        agent: Some(agent.name().to_owned()),
        ..Asker::verb("hook")
    };
    let entry = judgement
        .as_ref()
        .map(|judgement| Entry::of(judgement, &context, gatekeeper.digest(), asker));
    let ruling = match (ruling, &judgement, rewriting) {
        (Ruling::Ask { reasons, .. }, Some(judgement), Some(rewriting))
            if agent.capabilities().ask.is_some() && !worktree.is_further =>
        {
            let rewritten = Some(after_a_yes(&gatekeeper, judgement, &context, rewriting)?);
            Ruling::Ask { reasons, rewritten }
        }
        (ruling, ..) => ruling,
    };
    Ok(Said { ruling, entry })
}

/// The command that runs a judged one once a person has said yes.
fn after_a_yes(
    gatekeeper: &Gatekeeper,
    judgement: &Judgement,
    context: &Context,
    rewriting: &Rewriting,
) -> Result<String, String> {
    let directory = match &context.cwd {
        Directory::Known(path) => PathBuf::from(&**path),
        Directory::Unknown => return Err("where the command starts is not known".to_owned()),
    };
    let name = judgement.confinement(context);
    let path = environment::path();
    let terms = TokenTerms {
        judgement,
        directory: &directory,
        confinement: name.filter(|name| !name.is_none()).map(ConfinementName::as_str),
        policy: gatekeeper.digest(),
        path: path.as_deref(),
    };
    let token = Tokens::of(context).and_then(|tokens| tokens.issue(&terms, environment::now()));
    let token = token.map_err(|error| format!("a yes cannot be passed on: {error}"))?;
    Ok(rewriting.with_token(&token, judgement.command().source().text()))
}

/// All of standard input, if it is not longer than an event may be.
fn input() -> Result<Vec<u8>, String> {
    let most = u64::try_from(LONGEST_EVENT).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes);
    match read {
        Err(error) => Err(format!("the event cannot be read: {error}")),
        Ok(length) if length > LONGEST_EVENT => {
            Err(format!("the event is longer than {LONGEST_EVENT} bytes"))
        }
        Ok(_) => Ok(bytes),
    }
}

/// The policy of all layers around the place that the event names. One that does not load wholly is no policy.
fn open(args: &HookOptions, places: &Places) -> Result<Gatekeeper, String> {
    let broken = |finding: Option<&Diagnostic>| {
        let first = finding.map_or_else(String::new, |finding| format!(": {}", finding.message));
        format!("a policy file does not load{first}")
    };
    let gatekeeper = Policy::new(&PolicyArgs {
        given: args.given.clone(),
        no_layers: false,
    })
    .open(places);
    let gatekeeper = gatekeeper.map_err(|findings| broken(findings.first()))?;
    match gatekeeper.broken().first() {
        None => Ok(gatekeeper),
        Some(file) => Err(broken(file.findings.first())),
    }
}

/// Logs what was decided. What cannot be logged is not let through.
fn log(entry: &Entry) -> Result<(), String> {
    let directory = environment::log().ok_or(environment::NO_LOG)?;
    let log = Log::open(&directory);
    log.and_then(|log| log.append(entry))
        .map_err(|error| format!("the decision cannot be logged: {error}"))
}

/// How commands of this event come back, where that was asked for and the agent's own rules keep their meaning.
fn rewriting(
    agent: Agent,
    args: &HookOptions,
    event: &Event,
    home: &Path,
) -> Result<Option<Rewriting>, String> {
    let Some(name) = args.profile() else {
        return Ok(None);
    };
    if agent.capabilities().rewrite.is_none() {
        return Err(format!(
            "`--confinement {name}` cannot be kept: {} runs a command as it is",
            agent.name()
        ));
    }
    let projects = event.cwd.iter().chain(&event.workspaces).map(PathBuf::from);
    let ground = SettingsGround {
        home,
        projects: &projects.collect::<Vec<_>>(),
        variable: environment::variable,
    };
    if !agent.rewrites(event, &ground) {
        return Ok(None);
    }
    let mut words = vec![itself()?, "run".to_owned()];
    for file in &args.given.rules {
        words.push("-r".to_owned());
        words.push(place::text(file)?);
    }
    if args.given.no_default {
        words.push("--no-default".to_owned());
    }
    words.extend(["--confinement", name, "--shell"].map(ToOwned::to_owned));
    Ok(Some(Rewriting {
        words,
        confinement: ConfinementName::new(name),
    }))
}

/// The absolute path of this program.
fn itself() -> Result<String, String> {
    let itself = std::env::current_exe();
    place::text(&itself.map_err(|error| format!("its own executable is not known: {error}"))?)
}

/// Writes an answer. One that cannot be written, or that nobody reads, blocks by its status, with the reason on the other
/// stream.
fn tell(answer: &Answer) -> Exit {
    LastWords::withdraw();
    let told = heard(answer).and_then(|()| telling::write(io::stdout(), answer.stdout.as_bytes()));
    match told {
        Ok(()) => {
            // The status says it too.
            drop(telling::write(io::stderr(), answer.stderr.as_bytes()));
            Exit::Hook(answer.status)
        }
        Err(error) => {
            let why = format!("execpolicy failed, so nothing is let through: {error}\n");
            drop(telling::write(io::stderr(), why.as_bytes()));
            Exit::Hook(2)
        }
    }
}

/// Looks that standard output is not where everything is lost: no agent that reads answers gives that. Where it is
/// closed, the runtime has put it there.
fn heard(answer: &Answer) -> io::Result<()> {
    let found = fstat(io::stdout())?;
    let is_device = FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice;
    let is_null = is_device && (major(found.st_rdev), minor(found.st_rdev)) == NULL_DEVICE;
    if is_null && !answer.stdout.is_empty() {
        return Err(io::Error::other("standard output is closed, or leads nowhere"));
    }
    Ok(())
}
