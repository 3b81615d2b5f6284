//! `execpolicy hook install`, `uninstall` and `status`: the settings of agents.

use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity, visible};
use gatekeeper::codes;
use gatekeeper::hook::{Agent, Installation, InstallationError, SettingsChange, SettingsGround, quoted};
use gatekeeper::sandbox::{Host, Tier};
use similar::TextDiff;

use super::{itself, place};
use crate::args::{AgentArgs, AgentSettings, HookOptions, InstallArgs, UnaskedWord};
use crate::exit::Exit;
use crate::{environment, output};

/// What confines commands where nothing else is said, the agent takes rewritten ones and the host can keep it.
const CONFINEMENT: &str = "workspace-write";

/// Writes the hook.
pub(super) fn install(args: &InstallArgs) -> Exit {
    ended(|| {
        let agent = args.place.agent;
        let options = chosen(agent, &args.options);
        let command = command(agent, &options)?;
        let installation = installation(&args.place)?;
        let change = installation
            .install(&command)
            .map_err(|error| error.to_string())?;
        let mut told = difference(&change);
        if !args.dry_run {
            installation.write(&change).map_err(|error| error.to_string())?;
            told += &remarks(agent, &options);
        }
        Ok(told)
    })
}

/// Takes the hook out.
pub(super) fn uninstall(args: &AgentSettings) -> Exit {
    ended(|| {
        let installation = installation(args)?;
        let change = installation.uninstall().map_err(|error| error.to_string())?;
        installation.write(&change).map_err(|error| error.to_string())?;
        Ok(difference(&change))
    })
}

/// Says where the hook is.
pub(super) fn status(args: &AgentArgs) -> Exit {
    let agents = Agent::ALL
        .into_iter()
        .filter(|agent| args.agent.is_none_or(|asked| asked == *agent));
    let mut is_fine = true;
    let ended = ended(|| {
        let home = home()?;
        let here = environment::directory();
        let mut lines = Vec::new();
        for agent in agents {
            let mut is_there = false;
            for project in [None, here.as_deref()] {
                let path = match Installation::place(agent, &home, project, environment::variable) {
                    Ok(path) => path,
                    Err(InstallationError::NoSettings { .. }) => continue,
                    Err(error) => return Err(error.to_string()),
                };
                let state = state(agent, &path)?;
                is_fine &= !state.is_flawed;
                is_there |= state.is_there;
                lines.push(format!("{}  {}  {}", agent.name(), path.display(), state.told));
            }
            if let Some(off) = is_there.then(|| switched_off(agent)).transpose()?.flatten() {
                is_fine = false;
                lines.push(format!("{}  {off}", agent.name()));
            }
        }
        Ok(lines.join("\n"))
    });
    if is_fine { ended } else { Exit::Failed }
}

/// That an agent runs no hooks, where it may be so.
pub(super) fn switched_off(agent: Agent) -> Result<Option<String>, String> {
    let here: Vec<PathBuf> = environment::directory().into_iter().collect();
    let off = agent.switched_off(&SettingsGround {
        home: &home()?,
        projects: &here,
        variable: environment::variable,
    });
    Ok(off.map(|file| format!("`{}` switches hooks off, or may", file.display())))
}

/// What is in a settings file.
struct State {
    told: String,
    /// Whether there is a hook.
    is_there: bool,
    /// Whether the agent does not run it as it should.
    is_flawed: bool,
}

fn state(agent: Agent, path: &Path) -> Result<State, String> {
    let found = Installation::at(agent, path, &store()?)
        .and_then(|installation| Ok((installation.commands()?, installation.flaws()?)));
    Ok(match found {
        Err(error @ InstallationError::Settings { .. }) => State {
            told: error.to_string(),
            is_there: false,
            is_flawed: true,
        },
        Err(error) => return Err(error.to_string()),
        Ok((commands, flaws)) => {
            let told = match (commands.first(), flaws.first()) {
                (None, None) => "not installed".to_owned(),
                (_, Some(flaw)) => format!("installed, but {flaw}"),
                (Some(command), None) => format!("installed: {command}"),
            };
            State {
                told,
                is_there: !commands.is_empty(),
                is_flawed: !flaws.is_empty(),
            }
        }
    })
}

/// The settings file that is meant.
pub(super) fn installation(args: &AgentSettings) -> Result<Installation, String> {
    let home = home()?;
    let here = environment::directory();
    let place = match (&args.file, args.project) {
        (Some(file), _) => here.unwrap_or_default().join(file),
        (None, false) => told(Installation::place(
            args.agent,
            &home,
            None,
            environment::variable,
        ))?,
        (None, true) => {
            let here = here.ok_or("the working directory is gone")?;
            told(Installation::place(
                args.agent,
                &home,
                Some(&here),
                environment::variable,
            ))?
        }
    };
    told(Installation::at(args.agent, &place, &store()?))
}

/// What is asked for; where nothing is said of a confinement, the one that can be kept.
fn chosen(agent: Agent, options: &HookOptions) -> HookOptions {
    let keeps = agent.capabilities().rewrite.is_some() && Host::look().tier() == Tier::Full;
    let confinement = options.confinement.clone();
    HookOptions {
        confinement: confinement.or_else(|| keeps.then(|| CONFINEMENT.to_owned())),
        ..options.clone()
    }
}

/// The command that answers this agent, by the absolute path of this program.
pub(super) fn command(agent: Agent, options: &HookOptions) -> Result<String, String> {
    let here = environment::directory().unwrap_or_default();
    let mut words = vec![quoted(&itself()?), "hook".to_owned(), agent.name().to_owned()];
    for file in &options.given.rules {
        words.extend(["-r".to_owned(), quoted(&place::text(&here.join(file))?)]);
    }
    if options.given.no_default {
        words.push("--no-default".to_owned());
    }
    if let Some(name) = options.profile() {
        if agent.capabilities().rewrite.is_none() {
            return Err(format!(
                "{} runs a command as it is, so nothing can confine it",
                agent.name()
            ));
        }
        words.extend(["--confinement".to_owned(), quoted(name)]);
    }
    if options.unasked == UnaskedWord::Leave {
        words.push("--unasked leave".to_owned());
    }
    Ok(words.join(" "))
}

/// What a person has to know or do after it was installed.
fn remarks(agent: Agent, options: &HookOptions) -> String {
    let found = agent.capabilities();
    let mut lines = Vec::new();
    match (&options.confinement, found.rewrite) {
        (Some(name), Some(_)) => lines.push(format!("Allowed commands run in the confinement `{name}`.")),
        (None, Some(_)) => lines.push(
            "Commands run unconfined: this host does not keep a confinement; `execpolicy doctor` says why."
                .to_owned(),
        ),
        (_, None) => lines.push("Commands run unconfined: this agent runs them as they are.".to_owned()),
    }
    if found.fail_closed.is_none() {
        lines.push(format!(
            "This agent has no switch for a hook that cannot be started: it {} then.",
            found.failing
        ));
    }
    if agent == Agent::Codex {
        lines.push(
            "Codex runs a hook only after it was reviewed: type `/hooks` in Codex and trust it.".to_owned(),
        );
    }
    lines.push(format!("`execpolicy hook doctor {}` tries it.", agent.name()));
    lines.join("\n")
}

/// The change, as a unified diff.
fn difference(change: &SettingsChange) -> String {
    let name = |text: &Option<String>| match text {
        Some(_) => change.path.display().to_string(),
        None => "/dev/null".to_owned(),
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (before, after) = (text(&change.before), text(&change.after));
    let (old, new) = (name(&change.before), name(&change.after));
    if change.before == change.after {
        return format!("`{new}` stays as it is\n");
    }
    let diff = TextDiff::from_lines(&before, &after);
    let shown = diff.unified_diff().header(&old, &new).to_string();
    let shown = shown.lines().map(|line| visible(line).into_owned() + "\n");
    shown.collect()
}

fn home() -> Result<PathBuf, String> {
    environment::home().ok_or_else(|| "there is no home directory: $HOME is not set".to_owned())
}

/// Where it is remembered what a settings file was.
fn store() -> Result<PathBuf, String> {
    environment::log().ok_or_else(|| "there is no home directory: $HOME is not set".to_owned())
}

fn told<T>(result: Result<T, InstallationError>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// Tells what came of it.
pub(super) fn ended(work: impl FnOnce() -> Result<String, String>) -> Exit {
    match work() {
        Ok(text) => output::answered(text.trim_end()),
        Err(why) => {
            let finding = Diagnostic::new(codes::NO_HOOK, Severity::Error, why);
            output::complain(&[finding], None);
            Exit::Failed
        }
    }
}
