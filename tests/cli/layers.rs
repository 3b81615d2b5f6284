//! Layers of policy: whose words count, and when.

use serde_json::Value;

use super::project::Project;

const USER: &str = "home/.config/execpolicy/own.codexpolicy";
const TEAM: &str = "work/.execpolicy/team.codexpolicy";
const RULES: &str = "prefix_rule(pattern = ['c0'])\nprefix_rule(pattern = ['c1'], decision = 'forbidden')\n";

/// The status of `check` on this text, and what it says beside the verdict.
fn check(project: &Project, text: &str) -> (i32, String) {
    let output = project.run(&["check", "--shell", text]);
    (output.status, output.stderr)
}

#[test]
fn a_users_file_counts_without_being_named_and_is_left_out_on_request() {
    let project = Project::with_layers();
    project.put(USER, RULES);
    assert_eq!(check(&project, "c0"), (0, String::new()));
    assert_eq!(check(&project, "c1").0, 20);
    for verb in ["check", "explain"] {
        assert_eq!(project.run(&[verb, "--no-layers", "--shell", "c1"]).status, 10);
    }
    assert_eq!(project.run(&["run", "--", "c1"]).status, 126);
}

#[test]
fn a_projects_file_restricts_at_once_and_loosens_once_it_is_trusted() {
    let project = Project::with_layers();
    project.put(TEAM, RULES);
    let (status, told) = check(&project, "c0");
    assert_eq!(status, 10);
    assert!(
        told.contains("EP3006") && told.contains("is not trusted"),
        "{told}"
    );
    assert_eq!(check(&project, "c1").0, 20);

    let trusted = project.run(&["trust"]);
    assert_eq!(trusted.status, 0, "{trusted}");
    assert!(
        trusted.stdout.contains("prefix_rule(pattern = ['c0'])"),
        "{trusted}"
    );
    assert_eq!(check(&project, "c0"), (0, String::new()));

    project.put(TEAM, format!("{RULES} "));
    let (status, told) = check(&project, "c0");
    assert_eq!(status, 10);
    assert!(
        told.contains("is not trusted any more: `team.codexpolicy` has changed since"),
        "{told}"
    );
    assert_eq!(check(&project, "c1").0, 20);

    assert_eq!(project.run(&["trust"]).status, 0);
    assert_eq!(check(&project, "c0").0, 0);
    assert_eq!(project.run(&["untrust"]).status, 0);
    assert_eq!(check(&project, "c0").0, 10);
}

#[test]
fn what_does_not_load_is_not_trusted() {
    let project = Project::with_layers();
    project.put(TEAM, format!("{RULES}prefix_rule("));
    let refused = project.run(&["trust"]);
    assert_eq!(refused.status, 1, "{refused}");
    assert!(refused.stderr.contains("team.codexpolicy"), "{refused}");
    assert!(
        !project
            .root()
            .join("home/.local/share/execpolicy/trust.jsonl")
            .exists()
    );
    assert_eq!(Project::with_layers().run(&["trust"]).status, 1);
}

#[test]
fn a_broken_layer_asks_and_names_file_line_and_layer() {
    for (file, layer) in [(USER, "user"), (TEAM, "project")] {
        let project = Project::with_layers();
        project.put(file, "prefix_rule(pattern = ['ls'])\nprefix_rule(pattern = [])\n");
        let output = project.run(&["check", "--format", "concise", "--shell", "ls"]);
        assert_eq!(output.status, 10, "{output}");
        let name = file.rsplit('/').next().unwrap();
        assert!(output.stdout.contains(&format!("{name}:2:23")), "{output}");
        assert!(
            output
                .stdout
                .contains(&format!("of layer `{layer}` does not load")),
            "{output}"
        );
    }
}

#[test]
fn each_request_of_a_batch_has_the_layer_of_its_project() {
    let project = Project::with_layers();
    project.put(TEAM, RULES);
    project.put("other/.git/HEAD", "");
    let root = project.root().display();
    let line = |place: &str| format!("{{\"command\": \"c1\", \"cwd\": \"{root}/{place}\"}}\n");
    let asked = [line("work"), line("other"), line("work/sub"), line("nowhere")].concat();
    let output = project.run_on(&["check", "--stdin"], asked.as_bytes());
    let decisions = output.stdout.lines().map(|line| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        verdict["decision"].as_str().unwrap().to_owned()
    });
    let decisions: Vec<String> = decisions.collect();
    assert_eq!(
        decisions,
        ["forbidden", "prompt", "forbidden", "prompt"],
        "{output}"
    );
}

#[test]
fn status_shows_layers_files_trust_and_what_does_not_load() {
    let project = Project::with_layers();
    project.put(TEAM, RULES);
    project.put(USER, "prefix_rule(pattern = [])\n");
    let status = |project: &Project| {
        let output = project.run(&["status", "--format", "json"]);
        let shown: Value = serde_json::from_str(&output.stdout).unwrap();
        (output.status, shown)
    };
    let (code, shown) = status(&project);
    assert_eq!(code, 1);
    let layer = |shown: &Value, name: &str| {
        let layers = shown["layers"].as_array().unwrap();
        layers
            .iter()
            .find(|layer| layer["layer"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(layer(&shown, "user")["files"][0]["loads"], false);
    let team = layer(&shown, "project");
    assert_eq!(team["trust"], "never");
    assert_eq!(team["files"][0]["restricting"], 1);
    assert_eq!(
        team["files"][0]["loosening"][0],
        "1: prefix_rule(pattern = ['c0'])"
    );
    assert!(
        shown["broken"][0]
            .as_str()
            .unwrap()
            .contains("the pattern has no words")
    );

    project.put(USER, "");
    assert_eq!(project.run(&["trust"]).status, 0);
    let (code, shown) = status(&project);
    assert_eq!(code, 0);
    assert_eq!(layer(&shown, "project")["trust"], "trusted");
    let told = project.run(&["status", "--format", "human"]);
    assert!(
        told.stdout.contains("project ($TEST/work/.execpolicy): trusted"),
        "{told}"
    );
}

#[test]
fn judged_commands_change_neither_layers_nor_trust() {
    let project = Project::with_layers();
    for text in [
        "execpolicy trust",
        "execpolicy untrust",
        "echo x >> ~/.local/share/execpolicy/trust.jsonl",
        "echo x >> ~/.config/execpolicy/own.codexpolicy",
        "echo x >> .execpolicy/team.codexpolicy",
    ] {
        assert_eq!(check(&project, text).0, 20, "{text}");
    }
    assert_eq!(check(&project, "execpolicy status").0, 0);
    assert_eq!(check(&project, "execpolicy check --no-layers -- rm x").0, 0);
}
