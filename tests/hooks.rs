//! Attacks through every agent's hook: none is granted, and one that a confinement keeps in comes back as confined.

#[cfg(test)]
mod tests {
    use gatekeeper::hook::{Agent, Asking, Rewriting};
    use gatekeeper::{ConfinementName, Context, Defaults, Gatekeeper, Surroundings};
    use support::corpora::Corpora;

    fn context() -> Context {
        let surroundings = Surroundings {
            cwd: Some("/nowhere/work".to_owned()),
            home: Some("/home/u".to_owned()),
            ..Surroundings::default()
        };
        surroundings.context().unwrap()
    }

    /// What must never run without a question.
    fn attacks() -> Vec<String> {
        let collections = [Some(Corpora::sample()), Corpora::find().ok()];
        let collections = collections.into_iter().flatten();
        let rows = collections.filter_map(|corpora| corpora.collection("attacks").unwrap());
        rows.flatten()
            .filter(|row| row["level"] == "must")
            .map(|row| row["command"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn no_attack_is_granted_by_any_hook() {
        let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
        let rewriting = Rewriting {
            words: [
                "/opt/execpolicy",
                "run",
                "--confinement",
                "workspace-write",
                "--shell",
            ]
            .map(String::from)
            .to_vec(),
            confinement: ConfinementName::new("workspace-write"),
        };
        let attacks = attacks();
        assert!(attacks.len() >= 20, "{}", attacks.len());
        for command in attacks {
            for agent in Agent::ALL {
                let event = agent.event_of(&command, "/nowhere/work");
                let asked = event.replace("PreToolUse", "PermissionRequest");
                for event in [event, asked] {
                    // Not every agent has the second one.
                    let Ok(event) = agent.read(event.as_bytes()) else {
                        continue;
                    };
                    let said = |rewriting: Option<&Rewriting>, asking: Asking| {
                        let (ruling, _) = gatekeeper.rule_on(&event, &mut context(), rewriting);
                        agent.answer(&event, ruling, asking)
                    };
                    for asking in [Asking::Deny, Asking::Leave] {
                        let plain = said(None, asking);
                        assert!(
                            !plain.stdout.contains("\"allow\""),
                            "{}: {command}: {plain:?}",
                            agent.name()
                        );
                    }
                    // Where nobody can be asked, it is denied.
                    let denied = said(None, Asking::Deny);
                    let asks = denied.stdout.contains("\"ask\"")
                        || event.moment != gatekeeper::hook::Moment::BeforeTool;
                    assert!(
                        asks || agent.is_denied_by(&denied),
                        "{}: {command}: {denied:?}",
                        agent.name()
                    );
                    if agent.capabilities().rewrite.is_some() {
                        let answer = said(Some(&rewriting), Asking::Deny).stdout;
                        let is_confined = answer.contains("'/opt/execpolicy' 'run' '--confinement'");
                        assert!(
                            !answer.contains("\"allow\"") || is_confined,
                            "{}: {command}: {answer}",
                            agent.name()
                        );
                    }
                }
            }
        }
    }
}
