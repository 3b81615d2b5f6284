//! The second judge of whole triples: it substitutes every word that could matter and judges each outcome by itself.
//!
//! It knows the small vocabulary of [`crate::triples`] by heart: two programs, five patterns of paths, three profiles.
//! Nothing here is three-valued but the last step, which asks whether all outcomes meet a rule, or some.

use execpolicy::{Approval, Decision};

use crate::naive_judge::acts::{Act, What, acts, directory, options, outcomes};
use crate::triples::{Drawn, DrawnCommand, DrawnToken, DrawnWord, Prefix, Triple};

/// What the judge says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opinion {
    /// The decision.
    pub decision: Decision,
    /// The confinement that the script runs in; `None` where nothing leans.
    pub confinement: Option<&'static str>,
}

/// Decides the command of a triple, whatever stands around it in its script.
pub fn decide(triple: &Triple) -> Opinion {
    let command = &triple.command;
    let outcomes = outcomes(&command.words);
    let acts: Vec<Vec<Act>> = outcomes.iter().map(|words| acts(command, words)).collect();
    let allows: Vec<&Prefix> = prefixes(triple)
        .filter(|rule| rule.decision == Decision::Allow)
        .filter(|rule| outcomes.iter().all(|words| matches(rule, command, words)))
        .collect();
    let asked = allows.iter().any(|rule| rule.sandbox.is_some()).then(|| {
        let callers = triple.confinement.unwrap_or("none");
        let names = allows.iter().map(|rule| rule.sandbox.unwrap_or(callers));
        names.min_by_key(|name| width(name)).unwrap_or(callers)
    });
    let profile = triple
        .confinement
        .filter(|_| triple.approval == Approval::OnRequest)
        .map(|callers| asked.unwrap_or(callers))
        .filter(|profile| *profile != "none");

    let mut decision = Decision::Allow;
    for rule in triple.rules.iter().filter(|rule| restricts(rule)) {
        let met: Vec<bool> = outcomes
            .iter()
            .zip(&acts)
            .map(|(words, acts)| meets(rule, command, words, acts))
            .collect();
        if met.iter().all(|met| *met) {
            decision = decision.join(of(rule));
        } else if met.iter().any(|met| *met) {
            decision = decision.join(Decision::Prompt);
        }
    }
    // Nothing is known of `cd` here, so it leans.
    let mut leans = profile.is_some() && command.directory.is_some();
    for acts in &acts {
        let left: Vec<&Act> = acts
            .iter()
            .filter(|act| !allows.iter().any(|rule| speaks(rule, act, command)))
            .filter(|act| !triple.rules.iter().any(|rule| allows_act(rule, act)))
            .collect();
        if left.iter().all(|act| matches!(act.what, What::Read(_))) {
            continue;
        }
        match profile {
            Some(profile) if left.iter().all(|act| contains(profile, act)) => {
                leans = true;
                let is_open = left.iter().any(|act| act.what == What::Unknown)
                    && triple
                        .rules
                        .iter()
                        .any(|rule| restricts(rule) && is_about_paths(rule) && !enforces(profile, rule));
                if is_open {
                    decision = decision.join(Decision::Prompt);
                }
            }
            Some(_) | None => decision = decision.join(Decision::Prompt),
        }
    }
    if decision == Decision::Prompt && triple.approval == Approval::Never {
        decision = Decision::Forbidden;
    }
    Opinion {
        decision,
        confinement: asked.or(triple.confinement.filter(|_| leans)),
    }
}

/// Whether a command of known words touches what its confinement keeps from it, or what a path rule guards.
pub fn touches_what_is_kept(triple: &Triple, profile: &str) -> bool {
    let command = &triple.command;
    let mut outcomes = outcomes(&command.words).into_iter();
    outcomes.any(|words| {
        let acts = acts(command, &words);
        let mut guards = triple
            .rules
            .iter()
            .filter(|rule| restricts(rule) && is_about_paths(rule));
        acts.iter().any(|act| !contains(profile, act))
            || guards.any(|rule| meets(rule, command, &words, &acts))
    })
}

fn prefixes(triple: &Triple) -> impl Iterator<Item = &Prefix> {
    triple.rules.iter().filter_map(|rule| match rule {
        Drawn::Prefix(rule) => Some(rule),
        Drawn::Path { .. } | Drawn::Env { .. } => None,
    })
}

fn of(rule: &Drawn) -> Decision {
    match rule {
        Drawn::Prefix(rule) => rule.decision,
        Drawn::Path { decision, .. } | Drawn::Env { decision, .. } => *decision,
    }
}

fn restricts(rule: &Drawn) -> bool {
    of(rule) != Decision::Allow
}

fn is_about_paths(rule: &Drawn) -> bool {
    matches!(rule, Drawn::Path { .. })
}

/// How much a profile lets happen.
pub fn width(profile: &str) -> usize {
    ["read-only", "workspace-write", "none"]
        .iter()
        .position(|known| *known == profile)
        .unwrap_or(0)
}

/// Whether the rule's words, conditions and directory fit.
fn matches(rule: &Prefix, command: &DrawnCommand, words: &[String]) -> bool {
    let fixed: Vec<DrawnToken> = rule
        .tokens
        .iter()
        .copied()
        .filter(|token| *token != DrawnToken::Rest)
        .collect();
    let is_letter = |word: &str| word == "s" || word == "x";
    let begins = words.len() >= fixed.len()
        && fixed.iter().zip(words).all(|(token, word)| match token {
            DrawnToken::Word(wanted) => word == wanted,
            DrawnToken::Either(one, other) => word == one || word == other,
            DrawnToken::Letter => is_letter(word),
            DrawnToken::Any | DrawnToken::Rest => true,
        });
    let ends = !rule.tokens.contains(&DrawnToken::Rest)
        || words.iter().skip(fixed.len()).all(|word| is_letter(word));
    let there = match rule.cwd {
        None => true,
        Some("$WORKSPACE") => directory(command) == "/w/repo",
        Some(_) => directory(command) == "/w/repo/d",
    };
    let given = options(words);
    let taken_away = rule.without.iter().any(|option| {
        given
            .iter()
            .any(|(place, name)| *place >= fixed.len() && name == option)
    });
    rule.program == command.program && begins && ends && there && !taken_away
}

/// The path with `..` taken as text.
fn resolved(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if name == ".." {
            names.pop();
        } else {
            names.push(name);
        }
    }
    format!("/{}", names.join("/"))
}

/// Whether a pattern means a path.
fn means(pattern: &str, path: &str) -> bool {
    let names: Vec<&str> = path.split('/').collect();
    match pattern {
        "$WORKSPACE/d/**" => path == "/w/repo/d" || path.starts_with("/w/repo/d/"),
        "$WORKSPACE/s" => path == "/w/repo/s",
        "**/.env" => names.last() == Some(&".env"),
        "**/.git/**" => names.contains(&".git"),
        absolute => path == absolute,
    }
}

/// Whether a path is in the workspace, whatever links there are.
fn stays(path: &str) -> bool {
    !path.contains("..") && (path == "/w/repo" || path.starts_with("/w/repo/"))
}

/// Whether a restriction is met by an outcome.
fn meets(rule: &Drawn, command: &DrawnCommand, words: &[String], acts: &[Act]) -> bool {
    match rule {
        Drawn::Prefix(rule) => matches(rule, command, words),
        Drawn::Path { access, path, .. } => acts.iter().any(|act| match &act.what {
            What::Read(read) => *access == "read" && means(path, &resolved(read)),
            What::Write(written) => *access == "write" && means(path, &resolved(written)),
            What::Set(_) | What::Unknown => false,
        }),
        Drawn::Env { name, .. } => acts.iter().any(|act| match act.what {
            What::Set(set) => is_named(name, set),
            What::Read(_) | What::Write(_) | What::Unknown => false,
        }),
    }
}

fn is_named(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    }
}

/// Whether an allow about effects speaks for an act.
fn allows_act(rule: &Drawn, act: &Act) -> bool {
    if restricts(rule) {
        return false;
    }
    match (rule, &act.what) {
        (Drawn::Path { access, path, .. }, What::Read(read)) => {
            *access == "read" && !read.contains("..") && means(path, read)
        }
        (Drawn::Path { access, path, .. }, What::Write(written)) => {
            *access == "write" && !written.contains("..") && means(path, written)
        }
        (Drawn::Env { name, .. }, What::Set(set)) => is_named(name, set),
        _ => false,
    }
}

/// Whether an allow that counts speaks for an act of its command.
fn speaks(rule: &Prefix, act: &Act, command: &DrawnCommand) -> bool {
    let covers = |word: &str| rule.covers.contains(&word);
    if covers("everything") {
        return true;
    }
    let by_shell = act.words == [usize::MAX];
    let is_of_program = !by_shell;
    let named = is_of_program && !act.words.is_empty() && is_named_by(rule, &act.words, command);
    match &act.what {
        What::Read(_) => is_of_program,
        What::Write(path) => (named || covers("write")) && stays(path),
        What::Set(_) => covers("set"),
        What::Unknown => command.program == "u" || named || covers("unknown"),
    }
}

/// Whether the pattern names the words that cause an act: the options among them, or else all.
fn is_named_by(rule: &Prefix, places: &[usize], command: &DrawnCommand) -> bool {
    let text = |place: usize| match command.words.get(place) {
        Some(DrawnWord::Exact(text)) => *text,
        Some(DrawnWord::One | DrawnWord::Many) | None => "",
    };
    let named = |place: &usize| {
        matches!(
            rule.tokens.get(*place),
            Some(DrawnToken::Word(_) | DrawnToken::Either(..))
        )
    };
    let options: Vec<usize> = places
        .iter()
        .copied()
        .filter(|place| text(*place).starts_with('-'))
        .collect();
    if options.is_empty() {
        places.iter().all(named)
    } else {
        options.iter().all(named)
    }
}

/// Whether a profile keeps an act in.
fn contains(profile: &str, act: &Act) -> bool {
    match &act.what {
        What::Read(_) | What::Set(_) | What::Unknown => true,
        What::Write(path) => {
            let path = resolved(path);
            profile == "workspace-write" && stays(&path) && !means("**/.git/**", &path)
        }
    }
}

/// Whether a profile itself keeps what a rule guards.
fn enforces(profile: &str, rule: &Drawn) -> bool {
    match rule {
        Drawn::Path {
            access: "read", path, ..
        } => *path == "**/.env",
        Drawn::Path { path, .. } => profile == "read-only" || *path == "**/.git/**",
        Drawn::Prefix(_) | Drawn::Env { .. } => false,
    }
}
