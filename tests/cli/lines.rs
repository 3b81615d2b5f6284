//! Batches: a request a line, an answer a line.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::Project;

fn decisions(stdout: &str) -> Vec<String> {
    let word = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        answer["decision"].as_str().unwrap().to_owned()
    };
    stdout.lines().map(word).collect()
}

#[test]
fn a_broken_line_costs_that_line_only() {
    let mut input = Vec::new();
    input.extend_from_slice(b"{\"id\": 1, \"command\": \"ls\"}\n");
    input.extend_from_slice(b"{\"id\": 2, \"command\": \"ls\"\n");
    input.extend_from_slice(b"{\"id\": \"three\", \"comand\": \"ls\"}\n");
    input.extend_from_slice(b"{\"id\": 4, \"command\": \"l\xffs\"}\n");
    input.extend_from_slice(b"{\"id\": 5, \"command\": \"ls\", \"argv\": [\"ls\"]}\n");
    input.extend_from_slice(b"{\"id\": 6}\n\n");
    input.extend_from_slice(b"{\"id\": 7, \"argv\": []}\n");
    input.extend_from_slice(b"{\"id\": 8, \"argv\": [\"ls\", \"a\\u0000b\"]}\n");
    input.extend_from_slice(b"{\"id\": 9, \"command\": \"ls\", \"cwd\": \"here\"}\n");
    input.extend_from_slice(b"{\"id\": 10, \"command\": \"ls\", \"context\": {\"workspace\": \"/\"}}\n");
    input.extend_from_slice(b"{\"id\": 11, \"command\": \"ls\", \"context\": {\"aproval\": \"never\"}}\n");
    input.extend_from_slice(b"\0\n[]\n");
    input.extend_from_slice(format!("{}\n", "[".repeat(100_000)).as_bytes());
    input.extend_from_slice(format!("{{\"command\": \"{}\"}}\n", "x".repeat(5 << 20)).as_bytes());
    input.extend_from_slice(b"{\"id\": 12, \"argv\": [\"ls\"]}");
    let output = Project::new().run_on(&["check", "--stdin"], &input);
    assert_eq!(output.status, 1);
    assert_eq!(output.stderr, "");
    let errors: Vec<&str> = output
        .stdout
        .lines()
        .filter(|line| line.contains("\"error\""))
        .collect();
    assert_snapshot!(errors.join("\n"), @r#"
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4002","message":"the line is not JSON: EOF while parsing an object at column 25","line":2}}
    {"schema":"execpolicy.check.v1","id":"three","decision":"forbidden","error":{"code":"EP4003","message":"the line is not a request: unknown field `comand`, expected one of `id`, `command`, `argv`, `cwd`, `context` at column 24","line":3}}
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4002","message":"the line is not UTF-8: byte 24","line":4}}
    {"schema":"execpolicy.check.v1","id":5,"decision":"forbidden","error":{"code":"EP4003","message":"a request has either `command` or `argv`","line":5}}
    {"schema":"execpolicy.check.v1","id":6,"decision":"forbidden","error":{"code":"EP4003","message":"a request has either `command` or `argv`","line":6}}
    {"schema":"execpolicy.check.v1","id":7,"decision":"forbidden","error":{"code":"EP4003","message":"`argv` is empty","line":8}}
    {"schema":"execpolicy.check.v1","id":8,"decision":"forbidden","error":{"code":"EP4003","message":"an argument holds a NUL byte, which no argument can","line":9}}
    {"schema":"execpolicy.check.v1","id":9,"decision":"forbidden","error":{"code":"EP4005","message":"the directory `here` is not an absolute path","line":10}}
    {"schema":"execpolicy.check.v1","id":10,"decision":"forbidden","error":{"code":"EP4005","message":"the workspace `/` is the root, the home directory or above it","line":11}}
    {"schema":"execpolicy.check.v1","id":11,"decision":"forbidden","error":{"code":"EP4003","message":"the line is not a request: unknown field `aproval`, expected one of `workspace`, `home`, `approval`, `confinement`, `dialect`, `links` at column 49","line":12}}
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4002","message":"the line is not JSON: expected value at column 1","line":13}}
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4003","message":"the line is not a request: it is a list, and a request is an object","line":14}}
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4002","message":"the line is not JSON: EOF while parsing a list at column 100000","line":15}}
    {"schema":"execpolicy.check.v1","decision":"forbidden","error":{"code":"EP4004","message":"the line is longer than 4194304 bytes","line":16}}
    "#);
    let decisions = decisions(&output.stdout);
    assert_eq!(decisions.len(), 16);
    assert_eq!(
        (decisions[0].as_str(), decisions[15].as_str()),
        ("allow", "allow")
    );
    assert!(decisions[1..15].iter().all(|decision| decision == "forbidden"));
}

#[test]
fn a_request_may_say_which_links_there_are() {
    let request = |links: &str| {
        format!(
            r#"{{"command": "cat notes", "cwd": "/w/repo", "context": {{"workspace": "/w/repo", "home": "/home/user", "links": {links}}}}}"#
        )
    };
    let links = [
        "{}",
        r#"{"/w/repo/notes": "/home/user/.ssh/id_rsa"}"#,
        r#"{"/w/./repo/notes": "src/notes"}"#,
        r#"{"/w/repo/notes": null}"#,
        r#"{"notes": "x"}"#,
    ];
    let input = links.map(request).join("\n");
    let output = Project::new().run_on(&["check", "--stdin"], input.as_bytes());
    assert_eq!(
        decisions(&output.stdout),
        ["allow", "prompt", "allow", "prompt", "forbidden"]
    );
    assert!(output.stdout.contains("the link `notes` is not an absolute path"));
}

#[test]
fn answers_come_in_order_with_their_ids() {
    let requests = (0..500).map(|number| format!("{{\"id\": {number}, \"argv\": [\"ls\", \"{number}\"]}}\n"));
    let input = requests.collect::<Vec<String>>().concat();
    let output = Project::new().run_on(&["check", "--stdin"], input.as_bytes());
    assert_eq!(output.status, 0);
    let ids: Vec<u64> = output
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(ids, (0..500).collect::<Vec<u64>>());
}

#[test]
fn each_line_is_answered_before_the_next_is_asked() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let project = Project::new();
    let mut child = project
        .command(&["check", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for id in ["a", "b"] {
        writeln!(stdin, "{{\"id\": \"{id}\", \"command\": \"ls\"}}").unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(answer.contains(&format!("\"id\":\"{id}\"")), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    use std::io::Write;
    use std::process::Stdio;
    let project = Project::new();
    let mut child = project
        .command(&["check", "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{{\"command\": \"ls\"}}").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_line_may_say_where_and_who() {
    let project = Project::new();
    let input = "{\"command\": \"nobody-knows-this\", \"cwd\": \"/no/such/place\", \
                 \"context\": {\"workspace\": \"/no/such\", \"home\": \"/no\", \"approval\": \"never\", \
                 \"confinement\": \"workspace-write\", \"dialect\": \"sh\"}}\n";
    let output = project.run_on(&["check", "--stdin"], input.as_bytes());
    assert_eq!(decisions(&output.stdout), ["forbidden"], "{output}");
    assert_eq!(output.status, 0);
}

#[test]
fn an_argv_has_as_many_words_as_are_read() {
    let of_words = |count: usize| format!("{{\"argv\": [\"ls\"{}]}}\n", ",\"x\"".repeat(count - 1));
    let input = of_words(32_768) + &of_words(32_769);
    let output = Project::new().run_on(&["check", "--stdin"], input.as_bytes());
    assert_eq!(decisions(&output.stdout), ["allow", "forbidden"]);
    assert!(output.stdout.contains("`argv` has more than 32768 words"));
}
