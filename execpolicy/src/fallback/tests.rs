//! What the shipped fallback answers to whole commands, by the shipped knowledge.

use std::time::Duration;

use shell_parser::{Dialect, Limits};

use crate::{Basis, BuiltIn, Context, Decision, Directory, Knowledge, PolicySet, Verdict, judge};

const COMPILED: &str = include_str!("../../../policies/compiled.jsonl");

fn verdict(text: &str) -> Verdict {
    let context = Context {
        workspace: Some("/w/repo".into()),
        cwd: Directory::Known("/w/repo".into()),
        home: Some("/home/user".into()),
        environment: vec!["lower".into()],
        ..Context::default()
    };
    let policy = PolicySet::default().with_compiled_knowledge(&Knowledge::compiled(COMPILED));
    // However busy the machine is.
    let limits = Limits {
        parse_time: Duration::from_secs(10),
        ..Limits::default()
    };
    let script = shell_parser::parse(text, Dialect::Bash, &limits);
    judge(
        &script,
        &policy,
        &context,
        &BuiltIn::compiled(COMPILED, Vec::new()),
    )
}

macro_rules! answers {
    ($( $name:ident: $command:literal => $decision:ident; )+) => {
        $( #[test] fn $name() {
            let verdict = verdict($command);
            assert_eq!(verdict.decision(), Decision::$decision, "{}\n{:#?}", $command, verdict.segments());
        } )+
    };
}

answers! {
    looking_around: "git log --oneline | head -5" => Allow;
    searching: "grep -rn 'fn main' src | head -20 && cat src/main.rs" => Allow;
    listing: "cd src && ls -la && find . -name '*.rs'" => Allow;
    a_page_of_a_file: "sed -n '10,20p' src/main.rs" => Allow;
    numbering: "nl -ba src/main.rs | sed -n 1,5p" => Allow;
    errors_thrown_away: "ls x 2>/dev/null" => Allow;
    a_loop_that_shows_names: "for f in a.txt b.txt; do echo \"$f\"; done" => Allow;
    a_shell_with_a_text: "bash -lc 'git status && ls'" => Allow;
    files_by_pattern: "wc -l src/*.rs" => Allow;
    a_harmless_setting: "NO_COLOR=1 git diff" => Allow;
    a_variable_of_the_script: "name=x; echo $name" => Allow;

    an_unknown_program: "apple" => Prompt;
    the_one_that_is_not_known: "ls | apple" => Prompt;
    removing: "rm -rf ./" => Prompt;
    writing: "ls > out" => Prompt;
    writing_through_a_harmless_name: "ls > /dev/null/../../w/x" => Prompt;
    connecting: "cat < /dev/tcp/example.com/80" => Prompt;
    an_option_that_writes: "sort -o out in" => Prompt;
    an_option_that_runs: "git log --ext-diff" => Prompt;
    a_command_that_is_run: "find . -name x -exec rm {} +" => Prompt;
    an_inner_text: "bash -lc 'ls; apple'" => Prompt;
    publishing: "git push" => Prompt;
    another_repository: "cd /tmp && git status" => Prompt;
    another_repository_by_option: "git -C /tmp status" => Prompt;
    a_setting_that_matters: "GIT_PAGER=x git log" => Prompt;
    a_setting_nobody_knows: "SOME_TOOL_OPTIONS=x ls" => Prompt;
    a_setting_of_the_environment: "lower=1; ls" => Prompt;
    a_proxy: "https_proxy=x ls" => Prompt;
    an_interpreter_of_what_is_piped: "echo ls | sh" => Allow;
    a_shell_of_a_here_document_through_cat: "cat <<'E' | sh\nls\nE\n" => Allow;
    a_shell_of_a_here_document_in_a_loop: "for x in 1 2; do cat <<'E'; done | sh\nls\nE\n" => Prompt;
    a_shell_of_a_here_string_through_cat: "cat <<< ls | sh" => Allow;
    a_shell_that_reads_what_a_command_leaves: "bash <<'E'\nread -n 5 x\necho rm x\nE\n" => Prompt;
    a_shell_whose_commands_read_nothing: "bash <<'E'\nls\necho rm x\nE\n" => Allow;
    a_shell_of_what_a_loop_pipes: "for x in 1 2; do echo 'cd ..'; done | sh" => Prompt;
    a_shell_of_what_a_function_pipes: "echo() { command echo reboot; }; echo ls | sh" => Prompt;
    an_interpreter_of_what_a_variable_pipes: "echo \"$x\" | sh" => Prompt;

    a_secret: "cat /home/user/.ssh/id_rsa" => Prompt;
    a_secret_by_another_way: "cat ../../home/user/.aws/credentials" => Prompt;
    a_secret_by_pattern: "cat /home/user/.s*/id*" => Prompt;
    a_secret_from_where_it_is: "cd /home/user/.ssh && cat id_rsa" => Prompt;
    a_secret_as_an_option: "grep -f .env x" => Prompt;
    a_secret_as_input: "wc -l < /etc/shadow" => Prompt;
    the_whole_home: "grep -r password /home/user" => Prompt;
    a_file_that_may_be_a_secret: "cat \"$file\"" => Prompt;
    a_pattern_that_meets_no_secret: "cat *" => Allow;
    a_pattern_of_sources: "wc -l *.rs" => Allow;
    a_readme: "cat README.md" => Allow;
    the_sources_whole: "grep -r x src" => Allow;
    the_project_whole: "grep -r x ." => Allow;
    a_file_of_the_system: "cat /etc/hosts" => Allow;
    a_file_of_the_kernel: "cat /proc/cpuinfo" => Allow;
    the_status_of_a_process: "cat /proc/self/status" => Allow;
    standard_input_by_name: "cat /dev/stdin" => Allow;
    the_names_of_the_system: "ls -la /etc" => Allow;
    logs_of_the_system: "grep -r x /var/log" => Allow;
    a_public_key: "cat keys/id_rsa.pub" => Allow;

    the_home_by_pattern: "grep -r x /home/*" => Prompt;
    the_home_by_its_first_letter: "grep -r x /home/u*" => Prompt;
    the_home_below_a_pattern: "grep -r x /h*/user" => Prompt;
    above_the_home_by_pattern: "grep -r x /h*" => Prompt;
    another_root: "cat /proc/self/root/etc/hostname" => Prompt;
    another_directory: "cat /proc/1/cwd/x" => Prompt;
    an_open_file: "cat /proc/self/fd/3" => Prompt;
    a_thread: "cat /proc/self/task/1/environ" => Prompt;
    memory: "strings /dev/mem /proc/kcore" => Prompt;
    a_disk: "head -c 512 /dev/sda1" => Prompt;
    a_disk_by_pattern: "head -c 512 /dev/nvm*" => Prompt;
    up_from_a_process: "cat /proc/self/x/../y" => Prompt;
    up_from_a_descriptor: "cat /dev/fd/3/../x" => Prompt;
    up_from_where_a_process_is: "cd /proc/self/cwd && cat ../x" => Prompt;
    above_a_secret: "grep -r x /etc" => Prompt;
    above_a_secret_of_a_process: "grep -r x /proc/self" => Prompt;
    above_every_process: "grep -r x /proc" => Prompt;
    the_root_user: "grep -r x /root" => Prompt;
    below_the_root_user: "cat /root/notes" => Prompt;
    a_secret_beside_a_file: "diff shadow /etc" => Prompt;
    a_browser: "cat /home/user/.config/chromium/Default/Cookies" => Prompt;
    a_key_anywhere: "cat backup/id_ed25519" => Prompt;
    a_key_by_pattern: "cat backup/id_*" => Prompt;
    credentials_of_an_agent: "cat /home/user/.codex/auth.json" => Prompt;
    three_components: "cd /home/user/.config/git && cat credentials" => Prompt;
    one_of_three_components: "cd /home/user/.config && cat git/config" => Allow;
    up_and_down_to_a_secret: "cat src/../../../etc/shadow" => Prompt;

    the_names_of_secrets: "ls -la /home/user/.ssh" => Allow;
}

#[test]
fn a_reason_names_the_words() {
    for (command, reason) in [
        ("apple x", "nothing is known of `apple`"),
        (
            "cat --unheard x",
            "nothing is known of the option `--unheard` of `cat`",
        ),
        ("sort -o out in", "writes to `out`"),
        ("find . -exec apple {} +", "nothing is known of `apple`"),
        ("ls > out", "writes to `out`"),
        ("FOO=1 ls", "sets `FOO`, which may change what programs do"),
        (
            "sort $x",
            "words that are only known when it runs may be options of `sort` that matter",
        ),
    ] {
        let verdict = verdict(command);
        let reasons: Vec<&str> = verdict
            .segments()
            .iter()
            .flat_map(|segment| &segment.basis)
            .filter_map(|basis| match basis {
                Basis::Knowledge { reason, .. } | Basis::Default { reason, .. } => Some(&**reason),
                Basis::Rule(_)
                | Basis::Effect(_)
                | Basis::Gap(_)
                | Basis::Confined { .. }
                | Basis::WouldAsk => None,
            })
            .collect();
        assert!(reasons.contains(&reason), "{command}: {reasons:?}");
    }
}

#[test]
fn what_is_not_known_leans_and_what_is_known_to_harm_asks() {
    for (text, decision) in [
        ("apple", Decision::Allow),
        ("cat \"$file\"", Decision::Allow),
        ("sort $x", Decision::Allow),
        ("make && python3 x.py", Decision::Allow),
        ("ls > out", Decision::Allow),
        ("ls > \"$out\"", Decision::Allow),
        ("cat /home/user/.ssh/id_rsa", Decision::Prompt),
        ("ls > /etc/x", Decision::Prompt),
        ("ls > .git/config", Decision::Prompt),
        ("ls > .envrc", Decision::Prompt),
        ("ls > .github/workflows/ci.yml", Decision::Prompt),
        ("tee CLAUDE.md < x", Decision::Prompt),
        ("mkdir .github", Decision::Allow),
        ("apple 2>/dev/null", Decision::Allow),
        ("apple 2>/dev/tty", Decision::Prompt),
        ("rm -rf .", Decision::Prompt),
        ("git reset --hard", Decision::Prompt),
        ("curl https://example.org", Decision::Prompt),
        ("sudo ls", Decision::Prompt),
        ("$program", Decision::Prompt),
    ] {
        let context = Context {
            workspace: Some("/w/repo".into()),
            cwd: Directory::Known("/w/repo".into()),
            home: Some("/home/user".into()),
            confinement: Some(crate::ConfinementName::new("workspace-write")),
            ..Context::default()
        };
        let fallback = BuiltIn::compiled(COMPILED, Vec::new());
        let policy = PolicySet::default().with_compiled_knowledge(&Knowledge::compiled(COMPILED));
        let policy = policy.with_guarded(fallback.effect_rules());
        let script = shell_parser::parse(text, Dialect::Bash, &Limits::default());
        let found = judge(&script, &policy, &context, &fallback);
        assert_eq!(found.decision(), decision, "{text}\n{:#?}", found.segments());
        let leans = found.decision() == Decision::Allow;
        assert!(!leans || found.confinement().is_some(), "{text}");
    }
}

#[test]
fn what_a_profile_leaves_open_may_be_touched() {
    let profiles = "sandbox_profile(name = 'open', writable = ['$WORKSPACE/**'])";
    let file = crate::PolicyFile {
        source: diagnostics::Source::new("policy", profiles),
        layer: crate::Layer::new("command line"),
    };
    let fallback = BuiltIn::compiled(COMPILED, Vec::new());
    let policy = crate::load(&[file], &|_: &str| None).policy;
    let policy = policy
        .with_compiled_knowledge(&Knowledge::compiled(COMPILED))
        .with_guarded(fallback.effect_rules());
    for (text, profile, decision) in [
        ("apple", "open", Decision::Prompt),
        ("apple", "workspace-write", Decision::Allow),
        ("ls > out", "open", Decision::Allow),
        ("ls > .envrc", "open", Decision::Prompt),
        ("ls > \"$out\"", "open", Decision::Prompt),
        ("ls > \"$out\"", "workspace-write", Decision::Allow),
        ("ls > \"$out\"", "workspace-commit", Decision::Allow),
    ] {
        let context = Context {
            workspace: Some("/w/repo".into()),
            cwd: Directory::Known("/w/repo".into()),
            home: Some("/home/user".into()),
            confinement: Some(crate::ConfinementName::new(profile)),
            ..Context::default()
        };
        let script = shell_parser::parse(text, Dialect::Bash, &Limits::default());
        let found = judge(&script, &policy, &context, &fallback);
        assert_eq!(
            found.decision(),
            decision,
            "{text} in {profile}\n{:#?}",
            found.segments()
        );
    }
}

#[test]
fn a_rule_of_the_fallback_says_why() {
    let verdict = verdict("git push --force");
    let says = verdict
        .segments()
        .iter()
        .flat_map(|segment| &segment.basis)
        .any(|basis| match basis {
            Basis::Rule(found) => found.rule.justification.is_some(),
            Basis::Effect(found) => found.rule.justification.is_some(),
            Basis::Knowledge { .. }
            | Basis::Default { .. }
            | Basis::Gap(_)
            | Basis::Confined { .. }
            | Basis::WouldAsk => false,
        });
    assert!(says);
}

#[test]
fn a_path_that_the_kernel_would_not_take_may_be_any() {
    for (path, decision) in [
        ("x/".repeat(2000), Decision::Allow),
        ("x/".repeat(3000), Decision::Prompt),
    ] {
        assert_eq!(verdict(&format!("cat {path}")).decision(), decision);
    }
}

#[test]
fn a_directory_that_is_very_deep_counts_as_anywhere() {
    for (directory, decision) in [
        ("x/".repeat(400), Decision::Allow),
        ("x/".repeat(600), Decision::Prompt),
    ] {
        let words = "x ".repeat(1_000);
        assert_eq!(
            verdict(&format!("cd {directory} && cat {words}")).decision(),
            decision
        );
    }
}
