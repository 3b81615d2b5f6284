//! Judging files that are written without a command: by a tool of an agent's own, or by a patch.

use execpolicy::{Basis, Context, Decision, Dialect};

use crate::{Command, Gatekeeper, Judgement};

impl Gatekeeper {
    /// Judges the writing of files, as if each were the target of a redirect. A path that begins with `~` counts as what
    /// it says and as what a shell makes of it: tools differ. The context gets what is found out on the way, as in
    /// [`Gatekeeper::judge_in_place`].
    pub fn judge_writes(&self, paths: &[String], context: &mut Context) -> Judgement {
        context.dialect = Dialect::Bash;
        let command = Command::of_text(&redirects(paths), context.dialect);
        self.judge_in_place(command, context)
    }

    /// What rules about paths and effects say of the removal of a file by somebody who holds its content. What is said
    /// of programs that remove files is not asked: they lose what they remove. `None` where no such rule speaks.
    pub fn judge_removal(&self, path: &str, context: &mut Context) -> Option<Judgement> {
        self.judge_effects(&["rm", "-f", "--", path], context)
    }

    /// What rules about paths and effects say of the reading of a file: who changes a part of it learns of the rest, and
    /// who moves it takes it to where other rules count. `None` where no such rule speaks against that.
    pub fn judge_reading(&self, path: &str, context: &mut Context) -> Option<Judgement> {
        self.judge_effects(&["cat", "--", path], context)
    }

    fn judge_effects(&self, argv: &[&str], context: &mut Context) -> Option<Judgement> {
        context.dialect = Dialect::Bash;
        let command = Command::of_argv(argv);
        let judgement = self.judge_in_place(command, context);
        let mut bases = judgement
            .verdict()
            .segments()
            .iter()
            .flat_map(|judged| &judged.basis);
        let speaks = bases.any(|basis| match basis {
            Basis::Effect(_) | Basis::Gap(_) => basis.decision() != Decision::Allow,
            Basis::Rule(_)
            | Basis::WouldAsk
            | Basis::Knowledge { .. }
            | Basis::Default { .. }
            | Basis::Confined { .. } => false,
        });
        speaks.then_some(judgement)
    }
}

impl Judgement {
    /// Whether more than a default asks: a rule, a part that is not understood, or a policy file that does not load.
    pub fn is_asked_by_a_rule(&self) -> bool {
        let verdict = self.verdict();
        let mut bases = verdict.segments().iter().flat_map(|judged| &judged.basis);
        let asks = bases.any(|basis| match basis {
            Basis::Rule(_) | Basis::Effect(_) | Basis::Gap(_) | Basis::WouldAsk => {
                basis.decision() == Decision::Prompt
            }
            Basis::Knowledge { .. } | Basis::Default { .. } | Basis::Confined { .. } => false,
        });
        asks || !verdict.gaps().is_empty() || !verdict.broken().is_empty()
    }

    /// What its path and effect rules decide, whatever is said of the program: see [`Gatekeeper::judge_removal`] and
    /// [`Gatekeeper::judge_reading`].
    pub fn decision_of_effects(&self) -> Decision {
        let bases = self.verdict().segments().iter().flat_map(|judged| &judged.basis);
        let counts = bases.filter(|basis| matches!(basis, Basis::Effect(_) | Basis::Gap(_)));
        let strictest = counts.map(Basis::decision).max();
        strictest.unwrap_or(Decision::Allow)
    }
}

/// The script that writes these files and does nothing else.
fn redirects(paths: &[String]) -> String {
    let mut script = String::new();
    for path in paths {
        script.push_str("> ");
        match path.strip_prefix('~') {
            None => script.push_str(&quoted(path)),
            Some(rest) => {
                script.push_str(&quoted(&format!("./{path}")));
                script.push_str(" > ~");
                let (user, below) = rest.split_once('/').unwrap_or((rest, ""));
                script.push_str(&if user.is_empty() {
                    String::new()
                } else {
                    quoted(user)
                });
                script.push('/');
                script.push_str(&quoted(below));
            }
        }
        script.push(' ');
    }
    script
}

/// A word as it is, for any shell of the Bourne family.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;
    use execpolicy::{Layer, PolicyFile};

    use super::*;
    use crate::{Defaults, Surroundings};

    fn said(text: &str, judge: impl Fn(&Gatekeeper, &mut Context) -> Option<Judgement>) -> Option<Decision> {
        let file = PolicyFile {
            source: Source::new("team.codexpolicy", text),
            layer: Layer::new("user"),
        };
        let gatekeeper = Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap();
        let surroundings = Surroundings {
            cwd: Some("/nowhere/w".to_owned()),
            ..Surroundings::default()
        };
        let judgement = judge(&gatekeeper, &mut surroundings.context().unwrap());
        judgement.as_ref().map(Judgement::decision_of_effects)
    }

    #[test]
    fn a_removal_is_judged_by_what_is_said_of_the_path_and_not_of_the_program() {
        let text = r#"
prefix_rule(pattern = ["rm"], decision = "forbidden")
path_rule(access = ["delete"], paths = ["$WORKSPACE/keep/**"], decision = "prompt")
path_rule(access = ["delete"], paths = ["$WORKSPACE/never/**"], decision = "forbidden")
path_rule(access = ["read"], paths = ["$WORKSPACE/read/**"], decision = "forbidden")
"#;
        for (path, wanted) in [
            ("/nowhere/w/x", None),
            ("/nowhere/w/read/x", None),
            ("/nowhere/w/-rf", None),
            ("/nowhere/w/keep/x", Some(Decision::Prompt)),
            ("keep/a b", Some(Decision::Prompt)),
            ("/nowhere/w/never/x", Some(Decision::Forbidden)),
            (".claude/settings.json", Some(Decision::Forbidden)),
        ] {
            let said = said(text, |gatekeeper, context| {
                gatekeeper.judge_removal(path, context)
            });
            assert_eq!(said, wanted, "{path}");
        }
    }

    #[test]
    fn reading_is_judged_by_what_is_said_of_the_path_and_not_of_the_program() {
        let text = r#"
prefix_rule(pattern = ["cat"], decision = "forbidden")
path_rule(access = ["read"], paths = ["$WORKSPACE/.env", "**/*.pem"], decision = "forbidden")
path_rule(access = ["read"], paths = ["$WORKSPACE/ask/**"], decision = "prompt")
path_rule(access = ["write", "delete"], paths = ["$WORKSPACE/keep/**"], decision = "forbidden")
"#;
        for (path, wanted) in [
            ("/nowhere/w/x", None),
            ("/nowhere/w/keep/x", None),
            ("/nowhere/w/.env", Some(Decision::Forbidden)),
            (".env", Some(Decision::Forbidden)),
            ("/elsewhere/a b.pem", Some(Decision::Forbidden)),
            ("ask/x", Some(Decision::Prompt)),
        ] {
            let said = said(text, |gatekeeper, context| {
                gatekeeper.judge_reading(path, context)
            });
            assert_eq!(said, wanted, "{path}");
        }
    }
}
