//! What a command writes.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Ground, Seen};

#[test]
fn all_bytes_come_in_order() {
    let mut ground = Ground::new(None);
    let seen = ground.exec(
        json!({"command": "sh -c 'i=0; while [ $i -lt 20000 ]; do echo line-$i; i=$((i+1)); done'"}),
        &[],
    );
    let wanted: Vec<String> = (0..20000).map(|number| format!("line-{number}\n")).collect();
    let wanted = wanted.concat();
    assert_eq!(seen.status(), "completed", "{:?}", seen.item);
    assert!(seen.output == wanted.as_bytes());
    assert_eq!(seen.item["aggregatedOutput"], json!(wanted));
    let seen = ground.exec(json!({"command": "head -c 300000 /bin/sh; echo e >&2"}), &[]);
    let file = std::fs::read("/bin/sh").unwrap();
    let errors: Vec<_> = seen
        .deltas
        .iter()
        .filter(|delta| delta["stream"] == "stderr")
        .collect();
    assert_eq!(errors.len(), 1, "{:?}", seen.item);
    assert_eq!(errors[0]["delta"], json!("e\n"));
    let mut output = Seen::default();
    for delta in seen.deltas.iter().filter(|delta| delta["stream"] == "stdout") {
        output.take(delta);
    }
    assert!(output.output == file[..file.len().min(300_000)]);
}

#[test]
fn what_is_too_much_is_dropped_and_the_command_goes_on() {
    let mut ground = Ground::new(None);
    let params = json!({"command": "yes | head -c 1000000; sh -c 'exit 4'", "outputBytesCap": 1000});
    let seen = ground.exec(params, &[]);
    assert_eq!(seen.output.len(), 1000);
    assert_eq!(seen.item["outputDropped"], json!(999_000), "{:?}", seen.item);
    assert_eq!(seen.item["exitCode"], json!(4));
}

#[test]
fn two_hundred_lives_at_once_lose_nothing() {
    let mut ground = Ground::new(None);
    let text = |number: usize| {
        format!("sh -c 'i=0; while [ $i -lt 100 ]; do echo {number}-$i; i=$((i+1)); done; echo end >&2'")
    };
    let mut lives = BTreeMap::new();
    for number in 0..200 {
        let params = json!({"threadId": ground.thread, "turnId": ground.turn, "command": text(number)});
        let id = ground.ask("command/exec", &params);
        lives.insert(id, number);
    }
    let mut items: BTreeMap<String, (usize, Seen)> = BTreeMap::new();
    let mut left = 200;
    while left > 0 {
        let message = ground.read();
        let params = &message["params"];
        match message["method"].as_str() {
            None => {
                let number = lives[&message["id"].as_i64().unwrap()];
                let item = message["result"]["itemId"].as_str().unwrap().to_owned();
                items.insert(item, (number, Seen::default()));
            }
            Some("item/commandExecution/outputDelta") => {
                let (_, seen) = items.get_mut(params["itemId"].as_str().unwrap()).unwrap();
                if params["stream"] == "stdout" {
                    seen.take(params);
                }
            }
            Some("item/completed") => {
                let (_, seen) = items.get_mut(params["item"]["id"].as_str().unwrap()).unwrap();
                seen.item = params["item"].clone();
                left -= 1;
            }
            Some("item/started") => assert!(items.contains_key(params["item"]["id"].as_str().unwrap())),
            Some(other) => panic!("{other}"),
        }
    }
    for (number, seen) in items.values() {
        let wanted: Vec<String> = (0..100).map(|line| format!("{number}-{line}\n")).collect();
        assert_eq!(seen.status(), "completed", "{:?}", seen.item);
        assert_eq!(String::from_utf8_lossy(&seen.output), wanted.concat());
    }
}
