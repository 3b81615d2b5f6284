//! Verdicts, told in every format.

use insta::assert_snapshot;

use crate::project::{CommandOutput, Project};

/// A team's policy with one rule of each kind.
const TEAM: &str = r#"# what our team agreed on
prefix_rule(pattern = ["apple"])
prefix_rule(
    pattern = ["git", "push", ["--force", "-f"]],
    decision = "forbidden",
    justification = "history is shared",
    match = ["git push --force origin"],
)
prefix_rule(pattern = ["deploy"], decision = "prompt")
"#;

fn team() -> Project {
    Project::new().with("team.codexpolicy", TEAM)
}

/// What the team's policy and these arguments say.
fn told(verb: &str, format: &str, arguments: &[&str]) -> CommandOutput {
    let start = [verb, "--format", format, "-r", "team.codexpolicy"];
    team().run(&[&start, arguments].concat())
}

/// What `explain` says of a rule that would answer the prompt.
fn proposal(command: &str) -> String {
    let told = told("explain", "human", &["--shell", command]).stdout;
    let proposal = told.lines().skip_while(|line| *line != "Proposal").skip(1);
    let lines: Vec<&str> = proposal.take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn an_allow_says_why_in_one_line() {
    assert_snapshot!(team().run(&["check", "--format", "human", "--shell", "git log --oneline | head -5"]), @r#"
    -- stdout
    allow: `git log --oneline | head -5` (`git log`: it only reads and shows; `head`: it only reads and shows)
    -- status 0
    "#);
}

#[test]
fn a_rule_for_one_segment_says_nothing_of_its_neighbour() {
    assert_snapshot!(told("check", "human", &["--shell", "apple | rm -rf ./"]), @r#"
    -- stdout
    warning[EP3002]: prompt: `rm -rf ./`: removes files, and nothing brings them back (matched by a rule of layer `default`)
      --> command:1:9
       |
     1 |   apple | rm -rf ./
       |           ^^ ^^^^^^ deletes `./` with all that is below
       |           |
       |           prompt
       |
      ::: policies/packs/destructive.codexpolicy:5:1
       |
     5 | / prefix_rule(
     6 | |     pattern = [["rm", "rmdir", "unlink", "shred", "truncate"]],
     7 | |     decision = "prompt",
     8 | |     justification = "removes files, and nothing brings them back",
     9 | |     match = ["rm -rf x", "shred x"],
    10 | |     not_match = ["git rm x"],
    11 | | )
       | |_- this rule asks
       |
       = note: deletes `./` with all that is below
       = help: a person must say yes to it
       = help: without it, the rest of the command is allowed
    -- status 10
    "#);
}

#[test]
fn a_forbidding_rule_is_shown_below_the_command() {
    let command = "cd web && git push --force origin main";
    assert_snapshot!(told("check", "human", &["--shell", command]), @r#"
    -- stdout
    error[EP3001]: forbidden: `git push --force origin main`: history is shared (matched by a rule of layer `command line`)
     --> command:1:11
      |
    1 |   cd web && git push --force origin main
      |             ^^^^^^^^^^^^^^^^ forbidden
      |
     ::: team.codexpolicy:3:1
      |
    3 | / prefix_rule(
    4 | |     pattern = ["git", "push", ["--force", "-f"]],
    5 | |     decision = "forbidden",
    6 | |     justification = "history is shared",
    7 | |     match = ["git push --force origin"],
    8 | | )
      | |_- this rule forbids it
      |
      = help: no approval lifts this: leave these words out, or have the rule changed
      = help: without it, the rest of the command is allowed
    -- status 20
    "#);
}

#[test]
fn a_rule_that_asks() {
    assert_snapshot!(told("check", "human", &["--", "deploy", "to the moon"]), @r#"
    -- stdout
    warning[EP3002]: prompt: `deploy 'to the moon'`: matched by a rule of layer `command line`
     --> command:1:1
      |
    1 | deploy 'to the moon'
      | ^^^^^^
      | |
      | prompt
      | nothing is known of `deploy`
      |
     ::: team.codexpolicy:9:1
      |
    9 | prefix_rule(pattern = ["deploy"], decision = "prompt")
      | ------------------------------------------------------ this rule asks
      |
      = note: nothing is known of `deploy`
      = help: a person must say yes to it
    -- status 10
    "#);
}

#[test]
fn nobody_can_be_asked() {
    assert_snapshot!(told("check", "human", &["--approval", "never", "--", "deploy"]), @r#"
    -- stdout
    error[EP3004]: forbidden: `deploy`: matched by a rule of layer `command line`
     --> command:1:1
      |
    1 | deploy
      | ^^^^^^
      | |
      | prompt
      | nothing is known of `deploy`
      |
     ::: team.codexpolicy:9:1
      |
    9 | prefix_rule(pattern = ["deploy"], decision = "prompt")
      | ------------------------------------------------------ this rule asks
      |
      = note: nothing is known of `deploy`
      = note: it needs a person's yes, and nobody can be asked
      = help: run it where a person can be asked, or have a rule of a policy file allow it
    -- status 20
    "#);
}

#[test]
fn concise_is_one_line_for_each_finding() {
    let command = "apple; deploy;\ngit push -f; eval \"$x\"";
    assert_snapshot!(told("check", "concise", &["--shell", command]), @r#"
    -- stdout
    command:1:8: EP3002 prompt: `deploy`: matched by a rule of layer `command line` (nothing is known of `deploy`) -> a person must say yes to it [team.codexpolicy:9:1]
    command:2:1: EP3001 forbidden: `git push -f`: history is shared (matched by a rule of layer `command line`) -> no approval lifts this: leave these words out, or have the rule changed [team.codexpolicy:3:1]
    command:2:14: EP0209 prompt: `eval "$x"`: a builtin that runs code or changes what later commands mean -> write it so that every word that runs can be read, or have a person say yes
    -- status 20
    "#);
}

#[test]
fn concise_tells_an_allow_too() {
    assert_snapshot!(team().run(&["check", "--format", "concise", "--shell", "git log --oneline | head -5"]), @r#"
    -- stdout
    command:1:1: EP3003 allow: `git log --oneline | head -5` (`git log`: it only reads and shows; `head`: it only reads and shows)
    -- status 0
    "#);
}

#[test]
fn a_pipe_reads_json() {
    let arguments = [
        "check",
        "-r",
        "team.codexpolicy",
        "--shell",
        "git push -f origin > log",
    ];
    assert_snapshot!(team().run(&arguments), @r#"
    -- stdout
    {"schema":"execpolicy.check.v1","decision":"forbidden","matchedRules":[{"prefixRuleMatch":{"matchedPrefix":["git","push","-f"],"decision":"forbidden","justification":"history is shared"}},{"prefixRuleMatch":{"matchedPrefix":["git","push"],"decision":"prompt","justification":"publishes or rewrites what others see"}},{"heuristicsRuleMatch":{"command":["git","push","-f","origin"],"decision":"prompt"}}],"segments":[{"text":"git push -f origin > log","span":[0,24],"words":[{"exact":"git"},{"exact":"push"},{"exact":"-f"},{"exact":"origin"}],"assignments":[],"redirects":[{"fd":1,"mode":"write","target":{"exact":"log"}}],"place":"direct","decision":"forbidden","basis":[{"kind":"rule","file":"team.codexpolicy","line":3,"column":1,"layer":"command line","decision":"forbidden","pattern":["git","push",["--force","-f"]],"certain":true,"span":[0,11],"justification":"history is shared"},{"kind":"rule","file":"policies/packs/publishing.codexpolicy","line":5,"column":1,"layer":"default","decision":"prompt","pattern":["git","push"],"certain":true,"span":[0,8],"justification":"publishes or rewrites what others see"},{"kind":"knowledge","program":"git push","decision":"prompt","reason":"rewrites or removes what others have","span":[9,11]},{"kind":"knowledge","program":"git push","decision":"prompt","reason":"connects to `origin`","span":[12,18]},{"kind":"default","decision":"prompt","reason":"writes to `log`","span":[19,24]}],"effects":[{"kind":"overwrite","span":[9,11],"standing":"extra"},{"kind":"connect","host":{"exact":"origin"},"span":[12,18],"standing":"ordinary"},{"kind":"write","path":{"exact":"log"},"span":[19,24],"standing":"extra"}]}],"confinement":null,"gaps":[],"amendment":null}
    -- status 20
    "#);
}

#[test]
fn a_shell_among_the_words_is_opened() {
    assert_snapshot!(told("check", "human", &["--", "bash", "-lc", "apple; git push -f"]), @r#"
    -- stdout
    error[EP3001]: forbidden: `git push -f`: history is shared (matched by a rule of layer `command line`)
     --> command:1:18
      |
    1 |   bash -lc 'apple; git push -f'
      |                    ^^^^^^^^^^^ forbidden
      |
     ::: team.codexpolicy:3:1
      |
    3 | / prefix_rule(
    4 | |     pattern = ["git", "push", ["--force", "-f"]],
    5 | |     decision = "forbidden",
    6 | |     justification = "history is shared",
    7 | |     match = ["git push --force origin"],
    8 | | )
      | |_- this rule forbids it
      |
      = help: no approval lifts this: leave these words out, or have the rule changed
      = help: without it, the rest of the command is allowed
    -- status 20
    "#);
}

#[test]
fn without_defaults_what_no_rule_allows_asks() {
    assert_snapshot!(told("check", "human", &["--no-default", "--shell", "apple; ls"]), @r#"
    -- stdout
    warning[EP3002]: prompt: `ls`: no rule allows it
     --> command:1:8
      |
    1 | apple; ls
      |        ^^ no rule allows it
      |
      = help: a person must say yes to it, or a rule of a policy file allow it
      = help: without it, the rest of the command is allowed
    -- status 10
    "#);
}

#[test]
fn explain_shows_every_stage() {
    let command = "cd web && FOO=1 git push -f $where > log";
    assert_snapshot!(told("explain", "human", &["--shell", command]), @r#"
    -- stdout
    Command
      cd web && FOO=1 git push -f $where > log
      directory: $TEST/work
      workspace: $TEST/work
      home: $TEST/home
      approval: on-request, confinement: none

    Segments
       1 cd web
         words: cd web
       2 FOO=1 git push -f $where > log
         words: git push -f ……
         sets: FOO=1
         redirect: 1> log
         directory: web

    Gaps
       none

    Matches
       1 allow by knowledge of `cd`: it only reads and shows, at cd web
       2 forbidden by rule team.codexpolicy:3:1 of layer `command line`: history is shared, at git push -f
         prompt by rule policies/guard.codexpolicy:18:1 of layer `guard`, for some values of the unknown words: holds the policy that judges commands (and 4 more), at $where
         prompt by rule policies/packs/publishing.codexpolicy:5:1 of layer `default`: publishes or rewrites what others see, at git push
         prompt by knowledge of `git push`: rewrites or removes what others have, at -f
         prompt by knowledge of `git push`: words that are only known when it runs may be options of `git push` that matter, at $where
         prompt by knowledge of `git push`: connects to a host that is only known when it runs, at $where
         prompt by knowledge of `git push`: it is not known what `git push` does with words that are only known when it runs, at $where
         prompt by knowledge of `git push`: connects to `origin`, at git
         prompt by default: writes to `log`, at > log
         prompt by default: sets `FOO`, which may change what programs do, at FOO=1

    Effects
       1 none
       2 rewrites or removes what others have (beside what the program is for), at -f
           prompt by knowledge of `git push`: rewrites or removes what others have
         does something unknown: the word is not known (beside what the program is for), at $where
           prompt by knowledge of `git push`: words that are only known when it runs may be options of `git push` that matter
           prompt by rule policies/guard.codexpolicy:18:1 of layer `guard`, for some values of the unknown words: holds the policy that judges commands (and 4 more)
         connects to …, at $where
           prompt by knowledge of `git push`: connects to a host that is only known when it runs
         does something unknown: the operand is not known (beside what the program is for), at $where
           prompt by knowledge of `git push`: it is not known what `git push` does with words that are only known when it runs
         connects to origin, at git
           prompt by knowledge of `git push`: connects to `origin`
         writes log (beside what the program is for), at > log
           prompt by default: writes to `log`
         sets FOO=1 (beside what the program is for), at FOO=1
           prompt by default: sets `FOO`, which may change what programs do

    Verdict
      forbidden
      without a confinement

    error[EP3001]: forbidden: `FOO=1 git push -f $where > log`: history is shared (matched by a rule of layer `command line`)
     --> command:1:17
      |
    1 |   cd web && FOO=1 git push -f $where > log
      |                   ^^^^^^^^^^^ forbidden
      |
     ::: team.codexpolicy:3:1
      |
    3 | / prefix_rule(
    4 | |     pattern = ["git", "push", ["--force", "-f"]],
    5 | |     decision = "forbidden",
    6 | |     justification = "history is shared",
    7 | |     match = ["git push --force origin"],
    8 | | )
      | |_- this rule forbids it
      |
      = help: no approval lifts this: leave these words out, or have the rule changed
      = help: without it, the rest of the command is allowed
    -- status 20
    "#);
}

#[test]
fn explain_says_which_rule_would_answer_a_prompt() {
    assert_snapshot!(proposal("cd web && mytool deploy now"), @r#"
    prefix_rule(pattern = ["mytool", "deploy"], decision = "allow")
    would also allow: mytool deploy --force
    would not allow: mytool deploy > ~/.profile
    "#);
}

#[test]
fn explain_says_why_no_rule_would_answer_a_prompt() {
    let commands = [
        "bash x.sh",
        "sort -o x y",
        "deploy",
        "mytool $(",
        "mytool a; mytool b",
        "/tmp/x",
    ];
    let told = commands.map(|command| format!("{command}\n{}\n", proposal(command)));
    assert_snapshot!(told.join(""), @r#"
    bash x.sh
      none: the first words of the command say too little of what it will do
    sort -o x y
      none: the command does more than `prefix_rule(pattern = ["sort"], decision = "allow")` would speak for
    deploy
      none: a rule of a policy file has spoken of this command, and no other is proposed beside it
    mytool $(
      none: a part of the command is not understood, and no rule answers for it
    mytool a; mytool b
      none: more than one part of the command asks, and a rule answers for one
    /tmp/x
      none: the program may lie where anybody may put one
    "#);
}

#[test]
fn text_of_strangers_cannot_act_on_the_terminal() {
    let command = "echo \u{1b}[2J\u{202e}\u{200b}\u{7f} && deploy \u{9b}";
    for format in ["human", "concise", "json"] {
        for verb in ["check", "explain"] {
            let output = told(verb, format, &["--shell", command]);
            let hidden = |character: char| {
                (character.is_control() && character != '\n') || "\u{202e}\u{200b}".contains(character)
            };
            assert!(!output.stdout.contains(hidden), "{format}: {output}");
            assert_ne!(output.status, 0);
        }
    }
}

#[test]
fn a_link_is_followed() {
    let project = Project::new().with("file", "");
    for (link, target) in [("notes", "../home/.ssh/id_rsa"), ("near", "file")] {
        std::os::unix::fs::symlink(target, project.work().join(link)).unwrap();
    }
    let output = project.run(&["check", "--format", "concise", "--", "cat", "notes"]);
    assert_eq!(output.status, 10, "{output}");
    assert!(
        output
            .stdout
            .contains("reads `notes`, which leads to `$TEST/home/.ssh/id_rsa`"),
        "{output}"
    );
    for subject in ["near", "file", "absent"] {
        let output = project.run(&["check", "--", "cat", subject]);
        assert_eq!(output.status, 0, "{output}");
    }
}
