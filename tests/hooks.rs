//! Attacks through every agent's hook and every protocol: none is granted, and one that a confinement keeps in comes back as confined.

#[cfg(test)]
mod tests {
    use answer::{Policy, PolicyPlace, Protocol, Sink, between};
    use gatekeeper::hook::{Agent, Asking, Rewriting};
    use gatekeeper::log::Log;
    use gatekeeper::{ConfinementName, Context, Defaults, Gatekeeper, Surroundings};
    use serde_json::json;
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

    /// What a conversation lets through and answers.
    #[derive(Default)]
    struct Heard {
        passed: Vec<u8>,
        answers: String,
    }

    impl Sink for Heard {
        fn pass(&mut self, bytes: &[u8]) {
            self.passed.extend_from_slice(bytes);
        }

        fn flush(&mut self) {}

        fn can_answer(&self) -> bool {
            true
        }

        fn answer(&mut self, line: Vec<u8>) -> bool {
            self.answers.push_str(&String::from_utf8(line).unwrap());
            true
        }
    }

    #[test]
    fn no_attack_is_granted_to_an_agent_that_asks() {
        let options = json!([
            {"optionId": "yes", "name": "Allow", "kind": "allow_once"},
            {"optionId": "no", "name": "Reject", "kind": "reject_once"},
        ]);
        let open =
            json!({"id": 1, "method": "session/new", "params": {"cwd": "/nowhere/work", "mcpServers": []}});
        let root = tempfile::tempdir().unwrap();
        for protocol in Protocol::ALL {
            let policy = Policy::new(PolicyPlace {
                surroundings: Surroundings {
                    home: Some("/home/u".to_owned()),
                    ..Surroundings::default()
                },
                given: Vec::new(),
                defaults: Defaults::BuiltIn,
                log: Some(Log::open(root.path()).unwrap()),
                protocol,
            });
            let (mut agent, mut client) = between(protocol, Box::new(policy));
            client.says(format!("{open}\n").as_bytes());
            agent.says(
                b"{\"id\":1,\"result\":{\"sessionId\":\"s\"}}\n",
                &mut Heard::default(),
            );
            let mut ask = |command: &str, id: usize| {
                let question = match protocol {
                    Protocol::Acp => {
                        json!({"jsonrpc": "2.0", "id": id, "method": "session/request_permission", "params": {
                            "sessionId": "s",
                            "toolCall": {"toolCallId": id.to_string(), "kind": "execute", "rawInput": {"command": command}},
                            "options": options,
                        }})
                    }
                    Protocol::CodexAppServer => {
                        json!({"id": id, "method": "item/commandExecution/requestApproval", "params": {
                            "threadId": "t", "itemId": id.to_string(), "command": command, "cwd": "/nowhere/work",
                        }})
                    }
                };
                let mut heard = Heard::default();
                agent.says(format!("{question}\n").as_bytes(), &mut heard);
                heard.answers
            };
            let granted = |answer: &str| answer.contains("\"yes\"") || answer.contains("\"accept\"");
            assert!(granted(&ask("ls -la", 0)), "{}", protocol.name());
            for (id, command) in (1..).zip(attacks()) {
                let answer = ask(&command, id);
                assert!(!granted(&answer), "{}: {command}: {answer}", protocol.name());
            }
        }
    }
}
