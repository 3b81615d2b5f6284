//! What each agent is told, byte for byte.

use super::super::*;

const WHY: &str = r#"rule `git push`: use "PR"s"#;

/// An event of an agent that takes commands.
fn event(agent: Agent, moment: Moment) -> Event {
    let input = match (agent, moment) {
        (Agent::ClaudeCode | Agent::Codex, Moment::BeforeTool) => {
            r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","timeout":5}}"#
        }
        (Agent::ClaudeCode | Agent::Codex, Moment::WhenAsked) => {
            r#"{"hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"ls"}}"#
        }
        (Agent::Cursor, _) => r#"{"hook_event_name":"beforeShellExecution","command":"ls"}"#,
        (Agent::Copilot, Moment::BeforeTool) => {
            r#"{"toolName":"bash","toolArgs":"{\"command\":\"ls\",\"description\":\"d\"}"}"#
        }
        (Agent::Copilot, Moment::WhenAsked) => {
            r#"{"hookName":"permissionRequest","toolName":"bash","toolInput":{"command":"ls"}}"#
        }
        (Agent::Gemini, _) => {
            r#"{"hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"ls"}}"#
        }
        (Agent::Windsurf, _) => {
            r#"{"agent_action_name":"pre_run_command","tool_info":{"command_line":"ls"}}"#
        }
        (Agent::Cline, _) => {
            r#"{"hookName":"PreToolUse","preToolUse":{"toolName":"execute_command","parameters":{"command":"ls"}}}"#
        }
        (Agent::Opencode, _) => {
            r#"{"hook":"tool.execute.before","tool":"bash","args":{"command":"ls","description":"d"}}"#
        }
        (Agent::Generic, _) => r#"{"command":"ls"}"#,
    };
    agent.read(input.as_bytes()).unwrap()
}

fn allow() -> Ruling {
    Ruling::Allow { rewritten: None }
}

fn rewritten() -> Ruling {
    Ruling::Allow {
        rewritten: Some("run 'ls'".to_owned()),
    }
}

fn ask() -> Ruling {
    Ruling::Ask {
        reasons: reasons(),
        rewritten: None,
    }
}

fn deny() -> Ruling {
    Ruling::Deny(reasons())
}

fn reasons() -> Reasons {
    Reasons {
        person: "P".to_owned(),
        model: WHY.to_owned(),
    }
}

/// Both streams and the status, in short.
fn told(answer: Answer) -> String {
    match (answer.status, answer.stderr.as_str()) {
        (0, "") => answer.stdout,
        (status, stderr) => format!("{status}:{}:{stderr}", answer.stdout),
    }
}

macro_rules! answers {
    ($($name:ident: $agent:ident, $moment:ident, $ruling:expr => $want:expr;)+) => {
        $(#[test] fn $name() {
            let event = event(Agent::$agent, Moment::$moment);
            assert_eq!(told(Agent::$agent.answer(&event, $ruling, Asking::Deny)), $want);
        })+
    };
}

const CANNOT_ASK: &str = "This agent cannot be told to ask: have the person run it, or allow it by a rule";

answers! {
    claude_allow: ClaudeCode, BeforeTool, allow() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"allow\"}}\n";
    claude_rewrite: ClaudeCode, BeforeTool, rewritten() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"allow\",\"updatedInput\":{\"command\":\"run 'ls'\",\"timeout\":5}}}\n";
    claude_ask: ClaudeCode, BeforeTool, ask() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"ask\",\"permissionDecisionReason\":\"P\"}}\n";
    claude_deny: ClaudeCode, BeforeTool, deny() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"rule `git push`: use \\\"PR\\\"s\"},\"systemMessage\":\"P\"}\n";
    claude_silence: ClaudeCode, BeforeTool, Ruling::NoOpinion => "";
    claude_asked_allow: ClaudeCode, WhenAsked, allow() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PermissionRequest\",\"decision\":{\"behavior\":\"allow\"}}}\n";
    claude_asked_ask: ClaudeCode, WhenAsked, ask() => "";
    claude_asked_deny: ClaudeCode, WhenAsked, deny() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PermissionRequest\",\"decision\":{\"behavior\":\"deny\",\"message\":\"rule `git push`: use \\\"PR\\\"s\"}}}\n";
    claude_asked_rewritten: ClaudeCode, WhenAsked, rewritten() => "";
    codex_allow: Codex, BeforeTool, allow() => "";
    codex_rewrite: Codex, BeforeTool, rewritten() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"allow\",\"updatedInput\":{\"command\":\"run 'ls'\",\"timeout\":5}}}\n";
    codex_ask: Codex, BeforeTool, ask() => format!("{{\"hookSpecificOutput\":{{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"rule `git push`: use \\\"PR\\\"s. {CANNOT_ASK}\"}}}}\n");
    codex_deny: Codex, BeforeTool, deny() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"rule `git push`: use \\\"PR\\\"s\"}}\n";
    codex_silence: Codex, BeforeTool, Ruling::NoOpinion => "";
    codex_asked_allow: Codex, WhenAsked, allow() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PermissionRequest\",\"decision\":{\"behavior\":\"allow\"}}}\n";
    codex_asked_ask: Codex, WhenAsked, ask() => "";
    codex_asked_deny: Codex, WhenAsked, deny() => "{\"hookSpecificOutput\":{\"hookEventName\":\"PermissionRequest\",\"decision\":{\"behavior\":\"deny\",\"message\":\"rule `git push`: use \\\"PR\\\"s\"}}}\n";
    cursor_allow: Cursor, BeforeTool, allow() => "{}\n";
    cursor_rewrite: Cursor, BeforeTool, rewritten() => "{}\n";
    cursor_ask: Cursor, BeforeTool, ask() => format!("{{\"permission\":\"deny\",\"user_message\":\"P. {CANNOT_ASK}\",\"agent_message\":\"rule `git push`: use \\\"PR\\\"s. {CANNOT_ASK}\"}}\n");
    cursor_deny: Cursor, BeforeTool, deny() => "{\"permission\":\"deny\",\"user_message\":\"P\",\"agent_message\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    copilot_allow: Copilot, BeforeTool, allow() => "{\"permissionDecision\":\"allow\"}\n";
    copilot_rewrite: Copilot, BeforeTool, rewritten() => "{\"permissionDecision\":\"allow\",\"modifiedArgs\":{\"command\":\"run 'ls'\",\"description\":\"d\"}}\n";
    copilot_ask: Copilot, BeforeTool, ask() => "{\"permissionDecision\":\"ask\",\"permissionDecisionReason\":\"P\"}\n";
    copilot_deny: Copilot, BeforeTool, deny() => "{\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    copilot_asked_allow: Copilot, WhenAsked, allow() => "{\"behavior\":\"allow\"}\n";
    copilot_asked_deny: Copilot, WhenAsked, deny() => "{\"behavior\":\"deny\",\"message\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    gemini_allow: Gemini, BeforeTool, allow() => "{\"decision\":\"allow\"}\n";
    gemini_rewrite: Gemini, BeforeTool, rewritten() => "{\"decision\":\"allow\",\"hookSpecificOutput\":{\"tool_input\":{\"command\":\"run 'ls'\"}}}\n";
    gemini_ask: Gemini, BeforeTool, ask() => format!("{{\"decision\":\"deny\",\"reason\":\"rule `git push`: use \\\"PR\\\"s. {CANNOT_ASK}\",\"systemMessage\":\"P. {CANNOT_ASK}\"}}\n");
    gemini_deny: Gemini, BeforeTool, deny() => "{\"decision\":\"deny\",\"reason\":\"rule `git push`: use \\\"PR\\\"s\",\"systemMessage\":\"P\"}\n";
    gemini_silence: Gemini, BeforeTool, Ruling::NoOpinion => "{}\n";
    windsurf_allow: Windsurf, BeforeTool, allow() => "";
    windsurf_ask: Windsurf, BeforeTool, ask() => format!("2::{WHY}. {CANNOT_ASK}\n");
    windsurf_deny: Windsurf, BeforeTool, deny() => format!("2::{WHY}\n");
    cline_allow: Cline, BeforeTool, allow() => "{\"cancel\":false}\n";
    cline_ask: Cline, BeforeTool, ask() => format!("{{\"cancel\":true,\"errorMessage\":\"rule `git push`: use \\\"PR\\\"s. {CANNOT_ASK}\"}}\n");
    cline_deny: Cline, BeforeTool, deny() => "{\"cancel\":true,\"errorMessage\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    opencode_allow: Opencode, BeforeTool, allow() => "{\"decision\":\"none\"}\n";
    opencode_rewrite: Opencode, BeforeTool, rewritten() => "{\"decision\":\"allow\",\"args\":{\"command\":\"run 'ls'\",\"description\":\"d\"}}\n";
    opencode_deny: Opencode, BeforeTool, deny() => "{\"decision\":\"deny\",\"reason\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    generic_allow: Generic, BeforeTool, allow() => "{\"decision\":\"allow\"}\n";
    generic_rewrite: Generic, BeforeTool, rewritten() => "{\"decision\":\"allow\",\"command\":\"run 'ls'\"}\n";
    generic_ask: Generic, BeforeTool, ask() => "{\"decision\":\"ask\",\"reason\":\"P\",\"agentReason\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    generic_deny: Generic, BeforeTool, deny() => "{\"decision\":\"deny\",\"reason\":\"P\",\"agentReason\":\"rule `git push`: use \\\"PR\\\"s\"}\n";
    generic_silence: Generic, BeforeTool, Ruling::NoOpinion => "{\"decision\":\"none\"}\n";
}

#[test]
fn vs_code_is_answered_in_its_own_spelling() {
    let input =
        r#"{"hookEventName":"PreToolUse","tool_name":"run_in_terminal","tool_input":{"command":"ls"}}"#;
    let event = Agent::Copilot.read(input.as_bytes()).unwrap();
    assert_eq!(
        told(Agent::Copilot.answer(&event, rewritten(), Asking::Deny)),
        "{\"hookSpecificOutput\":{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"allow\",\"updatedInput\":{\"command\":\"run 'ls'\"}}}\n"
    );
}

#[test]
fn a_question_that_cannot_be_asked_is_left_to_the_agent_only_where_that_was_chosen() {
    for agent in Agent::ALL {
        let event = event(agent, Moment::BeforeTool);
        let left = agent.answer(&event, ask(), Asking::Leave);
        let denied = agent.answer(&event, ask(), Asking::Deny);
        if agent.capabilities().ask.is_some() {
            assert_eq!(left, denied, "{}", agent.name());
        } else {
            assert_eq!(left, agent.answer(&event, Ruling::NoOpinion, Asking::Deny));
            assert!(
                denied.status == 2 || denied.stdout.contains(agent.capabilities().denied),
                "{}",
                agent.name()
            );
        }
    }
}

#[test]
fn every_failure_is_that_agents_deny() {
    let why = "execpolicy failed, so nothing is let through: the \\u{1b}disk is full";
    let json = "execpolicy failed, so nothing is let through: the \\\\u{1b}disk is full";
    for (agent, wanted) in [
        (Agent::ClaudeCode, format!("2::{why}\n")),
        (Agent::Codex, format!("2::{why}\n")),
        (Agent::Cursor, format!("2::{why}\n")),
        (
            Agent::Copilot,
            format!(
                "{{\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"{json}\",\"behavior\":\"deny\",\"message\":\"{json}\",\"hookSpecificOutput\":{{\"hookEventName\":\"PreToolUse\",\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"{json}\"}}}}\n"
            ),
        ),
        (Agent::Gemini, format!("2::{why}\n")),
        (Agent::Windsurf, format!("2::{why}\n")),
        (
            Agent::Cline,
            format!("{{\"cancel\":true,\"errorMessage\":\"{json}\"}}\n"),
        ),
        (Agent::Opencode, format!("2::{why}\n")),
        (Agent::Generic, format!("2::{why}\n")),
    ] {
        assert_eq!(
            told(agent.fail("the \u{1b}disk is full")),
            wanted,
            "{}",
            agent.name()
        );
    }
}
