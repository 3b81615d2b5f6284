//! Each documented input to each documented output, to the byte.

mod answers;
mod rulings;

use super::*;

/// What an input is read as, in short.
fn read(agent: Agent, input: &str) -> String {
    match agent.read(input.as_bytes()) {
        Err(error) => format!("refused: {error}"),
        Ok(event) => {
            let subject = match event.subject {
                Subject::Text(text) => format!("text {text}"),
                Subject::Words(words) => format!("words {}", words.join("|")),
                Subject::Writes(paths) => format!("writes {}", paths.join("|")),
                Subject::Unread { tool } => format!("unread {tool}"),
                Subject::Other => "other".to_owned(),
            };
            let at = event.cwd.map(|cwd| format!(" at {cwd}")).unwrap_or_default();
            let of = event.workspaces.join(" and ");
            let of = if of.is_empty() { of } else { format!(" of {of}") };
            let moment = match event.moment {
                Moment::BeforeTool => "",
                Moment::WhenAsked => "asked: ",
            };
            format!("{moment}{subject}{at}{of}")
        }
    }
}

#[test]
fn the_shell_that_reads_a_command_is_the_one_that_its_tool_starts() {
    let zsh = |name: &str| (name == "SHELL").then(|| "/bin/zsh".into());
    let vs_code =
        r#"{"hook_event_name":"PreToolUse","tool_name":"run_in_terminal","tool_input":{"command":"ls"}}"#;
    for (agent, input, wanted) in [
        (Agent::Copilot, vs_code.to_owned(), Dialect::Zsh),
        (Agent::Copilot, Agent::Copilot.event_of("ls", "/w"), Dialect::Bash),
        (
            Agent::ClaudeCode,
            Agent::ClaudeCode.event_of("ls", "/w"),
            Dialect::Zsh,
        ),
    ] {
        let event = agent.read(input.as_bytes()).unwrap();
        assert_eq!(agent.dialect(&event, zsh), wanted, "{input}");
    }
    let event = Agent::ClaudeCode.event_of("ls", "/w");
    let event = Agent::ClaudeCode.read(event.as_bytes()).unwrap();
    let both = |name: &str| match name {
        "SHELL" => Some("/bin/bash".into()),
        "CLAUDE_CODE_SHELL" => Some("/bin/zsh".into()),
        _ => None,
    };
    assert_eq!(Agent::ClaudeCode.dialect(&event, both), Dialect::Zsh);
}

macro_rules! inputs {
    ($($name:ident: $agent:ident, $input:expr => $want:expr;)+) => {
        $(#[test] fn $name() { assert_eq!(read(Agent::$agent, $input), $want); })+
    };
}

inputs! {
    claude_bash: ClaudeCode, r#"{"session_id":"abc","transcript_path":"/h/.claude/x.jsonl","cwd":"/w","permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"git push","description":"..","timeout":120000},"tool_use_id":"toolu_01"}"# => "text git push at /w";
    claude_monitor: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Monitor","tool_input":{"command":"tail -f x"}}"# => "text tail -f x";
    claude_write: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"/w/a","content":"x"}}"# => "writes /w/a at /w";
    claude_edit: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"/w/a","old_string":"x","new_string":"y"}}"# => "writes /w/a at /w";
    claude_notebook: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"NotebookEdit","tool_input":{"notebook_path":"/w/a.ipynb","new_source":""}}"# => "writes /w/a.ipynb at /w";
    claude_read: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{"file_path":"/w/a"}}"# => "other at /w";
    claude_powershell: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"PowerShell","tool_input":{"command":"del x"}}"# => "unread PowerShell at /w";
    claude_new_runner: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"RunScript","tool_input":{"script":"x"}}"# => "unread RunScript";
    claude_mcp: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"mcp__db__run","tool_input":{"command":"select"}}"# => "other";
    claude_asked: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"ls"},"permission_suggestions":[]}"# => "asked: text ls at /w";
    claude_other_event: ClaudeCode, r#"{"hook_event_name":"Stop"}"# => "refused: the event `Stop` is not known here";
    claude_no_command: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{}}"# => "refused: the event has no `command`";
    claude_wrong_command: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":["ls"]}}"# => "refused: `command` of the event is not what it should be";
    claude_no_input: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Bash"}"# => "refused: the event has no `tool_input`";
    claude_unknown_writer: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Put","tool_input":{"path":"/w/a","content":"x"}}"# => "writes /w/a at /w";
    claude_two_paths: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"/w/a","path":"/w/b"}}"# => "writes /w/a|/w/b at /w";
    claude_a_path_that_is_none: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":"/w/a","path":1}}"# => "refused: `path` of the event is not what it should be";
    codex_bash: Codex, r#"{"session_id":"s","turn_id":"t","transcript_path":null,"cwd":"/w","hook_event_name":"PreToolUse","model":"m","permission_mode":"default","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"u"}"# => "text ls at /w";
    codex_words: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":["ls","-l"]}}"# => "words ls|-l at /w";
    codex_patch: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"command":"*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: /etc/b\n*** End Patch"}}"# => "writes a|/etc/b at /w";
    codex_bad_patch: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"command":"x"}}"# => "refused: the patch cannot be read: it does not begin";
    codex_mcp: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"mcp__a__b","tool_input":{}}"# => "other at /w";
    codex_asked: Codex, r#"{"cwd":"/w","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"ls","description":"d"}}"# => "asked: text ls of /w";
    cursor_shell: Cursor, r#"{"conversation_id":"u","generation_id":"u","model":"..","hook_event_name":"beforeShellExecution","cursor_version":"2.x","workspace_roots":["/w"],"user_email":"..","command":"git status","cwd":"/w/a"}"# => "text git status at /w/a of /w";
    cursor_empty_directory: Cursor, r#"{"hook_event_name":"beforeShellExecution","workspace_roots":["/w"],"command":"ls","cwd":""}"# => "text ls at /w of /w";
    cursor_tool_shell: Cursor, r#"{"hook_event_name":"preToolUse","workspace_roots":["/w"],"tool_name":"Shell","tool_input":{"command":"ls","working_directory":"/v"}}"# => "text ls at /v of /w";
    cursor_write: Cursor, r#"{"hook_event_name":"preToolUse","workspace_roots":["/w"],"tool_name":"Write","tool_input":{"file_path":"/w/a"}}"# => "writes /w/a at /w of /w";
    cursor_delete: Cursor, r#"{"hook_event_name":"preToolUse","workspace_roots":["/w"],"tool_name":"Delete","tool_input":{"path":"/w/a"}}"# => "writes /w/a at /w of /w";
    cursor_write_of_nothing: Cursor, r#"{"hook_event_name":"preToolUse","tool_name":"Write","tool_input":{}}"# => "refused: the event has no `file_path`";
    cursor_two_roots: Cursor, r#"{"hook_event_name":"beforeShellExecution","workspace_roots":["/v","/w"],"command":"ls","cwd":"/w"}"# => "text ls at /w of /v and /w";
    cursor_two_paths: Cursor, r#"{"hook_event_name":"preToolUse","tool_name":"Write","tool_input":{"file_path":"a","path":"b"}}"# => "writes a|b";
    cursor_patch: Cursor, r#"{"hook_event_name":"preToolUse","tool_name":"ApplyPatch","tool_input":{"patch":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"}}"# => "writes a";
    cursor_patch_and_path: Cursor, r#"{"hook_event_name":"preToolUse","tool_name":"ApplyPatch","tool_input":{"file_path":"b","patch":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"}}"# => "writes a|b";
    cursor_search: Cursor, r#"{"hook_event_name":"preToolUse","tool_name":"Grep","tool_input":{"path":"a","pattern":"x"}}"# => "other";
    cursor_mcp: Cursor, r#"{"hook_event_name":"beforeMCPExecution","tool_name":"x","tool_input":"{}"}"# => "other";
    copilot_bash: Copilot, r#"{"sessionId":"s","timestamp":1,"cwd":"/w","toolName":"bash","toolArgs":"{\"command\":\"ls\",\"description\":\"d\"}"}"# => "text ls at /w";
    copilot_bash_object: Copilot, r#"{"sessionId":"s","timestamp":1,"cwd":"/w","toolName":"bash","toolArgs":{"command":"ls"}}"# => "text ls at /w";
    copilot_create: Copilot, r#"{"cwd":"/w","toolName":"create","toolArgs":"{\"path\":\"/w/a\",\"file_text\":\"x\"}"}"# => "writes /w/a at /w";
    copilot_patch: Copilot, r#"{"cwd":"/w","toolName":"apply_patch","toolArgs":"*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n*** End Patch"}"# => "writes a at /w";
    copilot_typing: Copilot, r#"{"cwd":"/w","toolName":"write_bash","toolArgs":"{\"input\":\"rm -rf x\"}"}"# => "unread write_bash at /w";
    copilot_view: Copilot, r#"{"cwd":"/w","toolName":"view","toolArgs":"{\"path\":\"/w/a\"}"}"# => "other at /w";
    copilot_look: Copilot, r#"{"cwd":"/w","toolName":"str_replace_editor","toolArgs":{"command":"view","path":"/w/a"}}"# => "other at /w";
    copilot_replace: Copilot, r#"{"cwd":"/w","toolName":"str_replace_editor","toolArgs":{"command":"str_replace","path":"/w/a"}}"# => "writes /w/a at /w";
    copilot_asked: Copilot, r#"{"hookName":"permissionRequest","cwd":"/w","toolName":"bash","toolInput":{"command":"ls"}}"# => "asked: text ls at /w";
    copilot_vs_code: Copilot, r#"{"timestamp":"2026-01-01T00:00:00Z","sessionId":"s","hookEventName":"PreToolUse","cwd":"/w","tool_name":"run_in_terminal","tool_input":{"command":"ls"}}"# => "text ls at /w";
    copilot_vs_code_two_paths: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"create_file","tool_input":{"path":"a","filePath":"b"}}"# => "writes b|a";
    copilot_vs_code_many: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"multi_replace_string_in_file","tool_input":{"replacements":[{"filePath":"a","newString":"x"},{"filePath":"b"}]}}"# => "writes a|b";
    copilot_vs_code_patch: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"apply_patch","tool_input":{"input":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"}}"# => "writes a";
    copilot_two_arguments: Copilot, r#"{"toolName":"create","toolArgs":{"path":"a"},"toolInput":{"path":"b"}}"# => "refused: `toolInput` of the event contradicts another key";
    copilot_broken_arguments: Copilot, r#"{"cwd":"/w","toolName":"bash","toolArgs":"{\"command\":"}"# => "refused: the event is no JSON object: EOF while parsing a value at line 1 column 11";
    gemini_shell: Gemini, r#"{"session_id":"s","transcript_path":"/t","cwd":"/w","hook_event_name":"BeforeTool","timestamp":"t","tool_name":"run_shell_command","tool_input":{"command":"ls","description":"d"}}"# => "text ls at /w of /w";
    gemini_below: Gemini, r#"{"cwd":"/w","hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"ls","dir_path":"a/b"}}"# => "text ls at /w/a/b of /w";
    gemini_write: Gemini, r#"{"cwd":"/w","hook_event_name":"BeforeTool","tool_name":"write_file","tool_input":{"file_path":"a","content":"x"}}"# => "writes a at /w of /w";
    gemini_two_paths: Gemini, r#"{"cwd":"/w","hook_event_name":"BeforeTool","tool_name":"write_file","tool_input":{"file_path":"a","absolute_path":"b"}}"# => "writes b|a at /w of /w";
    gemini_two_places: Gemini, r#"{"cwd":"/w","hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"ls","dir_path":"a","directory":"b"}}"# => "refused: `directory` of the event contradicts another key";
    gemini_replace: Gemini, r#"{"cwd":"/w","hook_event_name":"BeforeTool","tool_name":"replace","tool_input":{"file_path":"/w/a"}}"# => "writes /w/a at /w of /w";
    gemini_other_event: Gemini, r#"{"cwd":"/w","hook_event_name":"AfterTool"}"# => "refused: the event `AfterTool` is not known here";
    windsurf_command: Windsurf, r#"{"agent_action_name":"pre_run_command","trajectory_id":"t","execution_id":"e","timestamp":"..","model_name":"..","tool_info":{"command_line":"ls -la","cwd":"/w"}}"# => "text ls -la at /w";
    windsurf_write: Windsurf, r#"{"agent_action_name":"pre_write_code","tool_info":{"file_path":"/w/a","edits":[]}}"# => "writes /w/a";
    windsurf_read: Windsurf, r#"{"agent_action_name":"pre_read_code","tool_info":{"file_path":"/w/a"}}"# => "other";
    windsurf_unknown: Windsurf, r#"{"agent_action_name":"pre_run_script","tool_info":{}}"# => "refused: the event `pre_run_script` is not known here";
    cline_command: Cline, r#"{"clineVersion":"3","hookName":"PreToolUse","timestamp":"1","taskId":"t","workspaceRoots":["/w"],"userId":"u","preToolUse":{"toolName":"execute_command","parameters":{"command":"ls","requires_approval":"false"}}}"# => "text ls at /w of /w";
    cline_write: Cline, r#"{"hookName":"PreToolUse","workspaceRoots":["/w"],"preToolUse":{"toolName":"write_to_file","parameters":{"path":"a","content":"x"}}}"# => "writes a at /w of /w";
    cline_read: Cline, r#"{"hookName":"PreToolUse","workspaceRoots":["/w"],"preToolUse":{"toolName":"read_file","parameters":{"path":"a"}}}"# => "other at /w of /w";
    opencode_bash: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"bash","args":{"command":"ls","workdir":"a"}}"# => "text ls at /w/a of /w";
    opencode_write: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"write","args":{"filePath":"/w/a","content":""}}"# => "writes /w/a at /w of /w";
    opencode_two_paths: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"write","args":{"filePath":"a","file_path":"b"}}"# => "writes a|b at /w of /w";
    opencode_patch: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"apply_patch","args":{"patchText":"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch"}}"# => "writes a at /w of /w";
    opencode_task: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"task","args":{"prompt":"x","command":"review"}}"# => "other at /w of /w";
    cline_named_root: Cline, r#"{"hookName":"PreToolUse","workspaceRoots":["/v","/w"],"preToolUse":{"toolName":"write_to_file","parameters":{"path":"@w:a/b","content":"x"}}}"# => "writes @w:a/b|/v/a/b|/w/a/b at /v of /v and /w";
    codex_typing: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"write_stdin","tool_input":{"session_id":1,"chars":"x\n"}}"# => "unread write_stdin at /w";
    codex_looking: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"write_stdin","tool_input":{"session_id":1,"chars":""}}"# => "other at /w";
    copilot_two_forms: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"bash","tool_input":{"command":"ls"},"toolName":"bash","toolArgs":{"command":"rm x"}}"# => "refused: `toolName` of the event contradicts another key";
    copilot_two_forms_without_an_event: Copilot, r#"{"toolName":"bash","toolArgs":{"command":"ls"},"tool_input":{"command":"rm x"}}"# => "refused: `tool_input` of the event contradicts another key";
    copilot_uri: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"create_file","tool_input":{"filePath":"FILE:///w/%61b%zz%25?x"}}"# => "writes /w/ab%zz%|FILE:///w/%61b%zz%25?x";
    claude_runner_in_another_case: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Runner","tool_input":{"Command":"x"}}"# => "unread Runner";
    claude_runner_that_nests: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Runner","tool_input":{"steps":[{"script":"x"}]}}"# => "unread Runner";
    claude_writer_in_another_case: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Put","tool_input":{"FilePath":"a","Content":"x"}}"# => "writes a";
    claude_list_of_things_to_do: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"TodoWrite","tool_input":{"todos":[{"content":"x"}]}}"# => "other";
    generic_text: Generic, r#"{"command":"ls","cwd":"/w"}"# => "text ls at /w";
    generic_words: Generic, r#"{"argv":["ls","-l"],"cwd":"/w","workspace":"/"}"# => "words ls|-l at /w of /";
    claude_blanks: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Write","tool_input":{"file_path":" ~/.bashrc\t","content":"x"}}"# => "writes  ~/.bashrc\t|~/.bashrc at /w";
    claude_batch: ClaudeCode, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Batch","tool_input":{"invocations":[{"input":{"file_path":"/w/a","content":"x"}}]}}"# => "writes /w/a at /w";
    codex_parallel: Codex, r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"multi_tool_use.parallel","tool_input":{"tool_uses":[{"recipient_name":"x","parameters":{"patch":"*** Begin Patch\n*** Delete File: /etc/b\n*** End Patch"}}]}}"# => "writes /etc/b at /w";
    codex_no_words: Codex, r#"{"cwd":"/w","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":[]}}"# => "refused: `command` of the event is not what it should be";
    cline_diff: Cline, r#"{"hookName":"PreToolUse","workspaceRoots":["/w"],"preToolUse":{"toolName":"apply_diff","parameters":{"path":"a","diff":"x"}}}"# => "writes a at /w of /w";
    opencode_batch: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"batch","args":{"tool_calls":[{"tool":"write","parameters":{"filePath":"/w/a","content":""}},{"tool":"apply_patch","parameters":{"patchText":"*** Begin Patch\n*** Delete File: b\n*** End Patch"}}]}}"# => "writes b|/w/a at /w of /w";
    opencode_batch_of_readers: Opencode, r#"{"hook":"tool.execute.before","directory":"/w","tool":"batch","args":{"tool_calls":[{"tool":"read","parameters":{"filePath":"/w/a"}}]}}"# => "other at /w of /w";
    opencode_mark: Opencode, "{\"hook\":\"tool.execute.before\",\"directory\":\"/w\",\"tool\":\"apply_patch\",\"args\":{\"patchText\":\"*** Begin Patch\\n*** Add File: \u{feff}a\\n+x\\n*** End Patch\"}}" => "writes \u{feff}a|a at /w of /w";
    generic_writes: Generic, r#"{"writes":["a","b"]}"# => "writes a|b";
    generic_two: Generic, r#"{"command":"ls","argv":["ls"]}"# => "refused: the event has no `command`";
    generic_no_words: Generic, r#"{"argv":[]}"# => "refused: `argv` of the event is not what it should be";
    nothing: ClaudeCode, "" => "refused: the event is no JSON object: EOF while parsing a value at line 1 column 0";
    a_list: ClaudeCode, "[]" => "refused: the event is no JSON object: invalid type: sequence, expected a map at line 1 column 0";
    two_objects: ClaudeCode, "{}{}" => "refused: the event is no JSON object: trailing characters at line 1 column 3";
    a_command_twice: ClaudeCode, r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"rm x","command":"ls"}}"# => "refused: the event is no JSON object: `command` stands there twice at line 1 column 91";
    a_command_twice_by_escapes: Codex, r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"comm\u0061nd":"rm x","command":"ls"}}"# => "refused: the event is no JSON object: `command` stands there twice at line 1 column 96";
    a_directory_twice: Generic, r#"{"command":"ls","cwd":"/a","cwd":"/b"}"# => "refused: the event is no JSON object: `cwd` stands there twice at line 1 column 32";
    arguments_twice: Gemini, r#"{"hook_event_name":"BeforeTool","tool_name":"run_shell_command","tool_input":{"command":"ls"},"tool_input":{"command":"rm x"}}"# => "refused: the event is no JSON object: `tool_input` stands there twice at line 1 column 106";
    a_command_twice_in_a_text: Copilot, r#"{"toolName":"bash","toolArgs":"{\"command\":\"rm x\",\"command\":\"ls\"}"}"# => "refused: the event is no JSON object: `command` stands there twice at line 1 column 27";
    a_path_twice_in_a_list: Copilot, r#"{"hook_event_name":"PreToolUse","tool_name":"multi_replace_string_in_file","tool_input":{"replacements":[{"filePath":"a","filePath":"b"}]}}"# => "refused: the event is no JSON object: `filePath` stands there twice at line 1 column 131";
    half_a_character: ClaudeCode, r#"{"hook_event_name":"\ud800"}"# => "refused: the event is no JSON object: unexpected end of hex escape at line 1 column 27";
}

#[test]
fn truncated_and_mutilated_inputs_are_no_events_and_no_crash() {
    let whole =
        r#"{"cwd":"/w","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"}}"#;
    for agent in Agent::ALL {
        for end in 0..whole.len() {
            assert!(
                agent.read(&whole.as_bytes()[..end]).is_err(),
                "{}: {end}",
                agent.name()
            );
        }
        for at in 0..whole.len() {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] = 0xff;
            assert!(agent.read(&bytes).is_err(), "{}: {at}", agent.name());
        }
    }
}

#[test]
fn every_agent_has_a_name_of_its_own() {
    for agent in Agent::ALL {
        assert_eq!(Agent::named(agent.name()), Some(agent));
    }
    assert_eq!(Agent::named("nobody"), None);
}

#[test]
fn the_manual_shows_the_table() {
    let page = include_str!("../../../docs/hooks.md");
    assert!(page.contains(&table()), "docs/hooks.md lacks this:\n{}", table());
}
