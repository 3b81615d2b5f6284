//! `execpolicy hook AGENT`: one event in, one answer out, in the agent's own words whatever happens.

mod deadline;
mod doctor;
pub(crate) mod place;
mod settings;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::panic;
use std::path::{Path, PathBuf};

use diagnostics::Diagnostic;
use gatekeeper::hook::{
    Agent, Answer, Event, LONGEST_EVENT, Rewriting, Ruling, SettingsGround, TokenTerms, Tokens, Worktree,
};
use gatekeeper::log::{Asker, Entry, Log};
use gatekeeper::{ConfinementName, Context, Directory, Gatekeeper, Judgement, Places};

use crate::args::{HookArgs, HookOptions, HookVerb};
use crate::environment;
use crate::exit::Exit;
use crate::policy::Policy;

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
    options.rules = options.rules.iter().map(|file| here.join(file)).collect();
    // What a crash has to say is no reason that an agent should show.
    panic::set_hook(Box::new(|_| {}));
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
    let event = agent.read(&input()?).map_err(|error| error.to_string())?;
    let home = environment::home().ok_or("there is no home directory: $HOME is not set")?;
    let rewriting = rewriting(agent, options, &event, &home)?;
    let mut ruling: Option<Ruling> = None;
    let surroundings = place::of(agent, &event, &home, rewriting.is_some())?;
    let worktrees = Worktree::of(&event, &surroundings).map_err(|error| error.to_string())?;
    for worktree in worktrees {
        let ruled = rule(agent, options, &event, worktree, rewriting.as_ref())?;
        ruling = Some(match ruling {
            Some(ruling) => ruling.stricter(ruled),
            None => ruled,
        });
    }
    let ruling = ruling.ok_or("there is nothing to judge by")?;
    Ok(agent.answer(&event, ruling, options.unasked.into()))
}

/// Rules on the event in one work tree.
fn rule(
    agent: Agent,
    options: &HookOptions,
    event: &Event,
    worktree: Worktree,
    rewriting: Option<&Rewriting>,
) -> Result<Ruling, String> {
    let mut context = worktree.context;
    let gatekeeper = open(options, &worktree.places)?;
    if let Some(name) = options.confinement.as_deref().filter(|name| *name != "none")
        && !worktree.is_further
        && !gatekeeper.describes(&ConfinementName::new(name))
    {
        return Err(format!("there is no profile `{name}`"));
    }
    let (ruling, judgement) = gatekeeper.rule_on(event, &mut context, rewriting);
    // What comes back rewritten is logged where it runs, and an allow in one of several is not the last word.
    let is_left = matches!(&ruling, Ruling::Allow { rewritten: Some(_) })
        || worktree.is_further && !matches!(&ruling, Ruling::Deny(_) | Ruling::Ask { .. });
    if let Some(judgement) = judgement.as_ref().filter(|_| !is_left) {
        log(agent, &gatekeeper, judgement, &context)?;
    }
    match (ruling, &judgement, rewriting) {
        (Ruling::Ask { reasons, .. }, Some(judgement), Some(rewriting))
            if agent.capabilities().ask.is_some() && !worktree.is_further =>
        {
            let rewritten = Some(after_a_yes(&gatekeeper, judgement, &context, rewriting)?);
            Ok(Ruling::Ask { reasons, rewritten })
        }
        (ruling, ..) => Ok(ruling),
    }
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
    let name = judgement.verdict().confinement().or(context.confinement.as_ref());
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
    let gatekeeper = Policy::new(&args.rules, false, args.no_default).open(places);
    let gatekeeper = gatekeeper.map_err(|findings| broken(findings.first()))?;
    match gatekeeper.broken().first() {
        None => Ok(gatekeeper),
        Some(file) => Err(broken(file.findings.first())),
    }
}

/// Logs what was decided. What cannot be logged is not let through.
fn log(
    agent: Agent,
    gatekeeper: &Gatekeeper,
    judgement: &Judgement,
    context: &Context,
) -> Result<(), String> {
    let directory = environment::log().ok_or("there is no log: neither $HOME nor $XDG_STATE_HOME is set")?;
    let asker = Asker {
        agent: Some(agent.name().to_owned()),
        ..Asker::verb("hook")
    };
    let entry = Entry::of(judgement, context, gatekeeper.digest(), asker);
    let log = Log::open(&directory);
    log.and_then(|log| log.append(&entry))
        .map_err(|error| format!("the decision cannot be logged: {error}"))
}

/// How commands of this event come back, where that was asked for and the agent's own rules keep their meaning.
fn rewriting(
    agent: Agent,
    args: &HookOptions,
    event: &Event,
    home: &Path,
) -> Result<Option<Rewriting>, String> {
    let Some(name) = args.confinement.as_deref().filter(|name| *name != "none") else {
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
    let text = |path: &OsStr| {
        path.to_str()
            .map(ToOwned::to_owned)
            .ok_or(format!("`{}` is not UTF-8", path.display()))
    };
    let itself =
        std::env::current_exe().map_err(|error| format!("its own executable is not known: {error}"))?;
    let mut words = vec![text(itself.as_os_str())?, "run".to_owned()];
    for file in &args.rules {
        words.push("-r".to_owned());
        words.push(text(file.as_os_str())?);
    }
    if args.no_default {
        words.push("--no-default".to_owned());
    }
    words.extend(["--confinement", name, "--shell"].map(ToOwned::to_owned));
    Ok(Some(Rewriting {
        words,
        confinement: ConfinementName::new(name),
    }))
}

/// Writes an answer. One that cannot be written blocks by its status, with what it had to say on the other stream.
fn tell(answer: &Answer) -> Exit {
    let mut stdout = io::stdout().lock();
    let told = stdout
        .write_all(answer.stdout.as_bytes())
        .and_then(|()| stdout.flush());
    let mut stderr = io::stderr().lock();
    match told {
        Ok(()) => {
            // The status says it too.
            drop(stderr.write_all(answer.stderr.as_bytes()));
            Exit::Hook(answer.status)
        }
        Err(error) => {
            drop(writeln!(
                stderr,
                "execpolicy failed, so nothing is let through: {error}"
            ));
            Exit::Hook(2)
        }
    }
}
