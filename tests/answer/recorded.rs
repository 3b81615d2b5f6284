//! Whole exchanges: every byte that policy did not answer comes through, however it arrives.

use answer::{Opinion, Protocol};
use proptest::prelude::*;
use serde_json::Value;

use crate::ground::{Always, Heard, Speaker, exchange};

/// What an agent and its client said, and which of the agent's lines are answered by whoever says yes to all.
struct Recording {
    protocol: Protocol,
    agent: &'static [u8],
    client: &'static [u8],
    answered: &'static [usize],
}

const RECORDINGS: [Recording; 2] = [
    Recording {
        protocol: Protocol::Acp,
        agent: include_bytes!("acp.agent.jsonl"),
        client: include_bytes!("acp.client.jsonl"),
        answered: &[10, 13, 16],
    },
    Recording {
        protocol: Protocol::CodexAppServer,
        agent: include_bytes!("codex.agent.jsonl"),
        client: include_bytes!("codex.client.jsonl"),
        answered: &[7, 11, 14],
    },
];

/// Chunks of a text, cut at these places.
fn cut<'a>(text: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (text.len() + 1)).collect();
    places.sort_unstable();
    let mut chunks = Vec::new();
    let mut from = 0;
    for place in places.into_iter().chain([text.len()]) {
        chunks.push(&text[from..place]);
        from = place;
    }
    chunks
}

fn heard(recording: &Recording, opinion: Opinion, cuts: &[usize]) -> Heard {
    let client = cut(recording.client, cuts)
        .into_iter()
        .map(|chunk| (Speaker::Client, chunk));
    let agent = cut(recording.agent, cuts)
        .into_iter()
        .map(|chunk| (Speaker::Agent, chunk));
    let chunks: Vec<_> = client.chain(agent).collect();
    exchange(recording.protocol, Box::new(Always(opinion)), &chunks)
}

/// The agent's lines without those that are answered, counted from one.
fn left(recording: &Recording) -> Vec<u8> {
    let lines = recording.agent.split_inclusive(|byte| *byte == b'\n').zip(1..);
    let left = lines.filter(|(_, number)| !recording.answered.contains(number));
    left.flat_map(|(line, _)| line.to_vec()).collect()
}

fn check(recording: &Recording, cuts: &[usize]) {
    let nobody = heard(recording, Opinion::Person, cuts);
    assert!(
        nobody.client == recording.agent,
        "a byte is lost where a person is asked"
    );
    assert!(nobody.answers.is_empty());
    for opinion in [Opinion::Yes, Opinion::No { why: "x".to_owned() }] {
        let all = heard(recording, opinion, cuts);
        assert!(
            all.client == left(recording),
            "{}",
            String::from_utf8_lossy(&all.client)
        );
        let lines: Vec<&[u8]> = recording.agent.split_inclusive(|byte| *byte == b'\n').collect();
        let ids = recording.answered.iter().map(|number| {
            let asked: Value = serde_json::from_slice(lines[number - 1]).unwrap();
            asked["id"].clone()
        });
        let answered = all.answers.iter().map(|line| {
            let answer: Value = serde_json::from_slice(line).unwrap();
            assert!(answer.get("result").is_some());
            answer["id"].clone()
        });
        assert_eq!(answered.collect::<Vec<_>>(), ids.collect::<Vec<_>>());
    }
}

#[test]
fn recordings_come_through_whole_and_byte_by_byte() {
    for recording in &RECORDINGS {
        check(recording, &[]);
        let each: Vec<usize> = (0..recording.agent.len().max(recording.client.len())).collect();
        check(recording, &each);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn recordings_come_through_in_any_chunks(cuts in proptest::collection::vec(any::<usize>(), 0..40)) {
        for recording in &RECORDINGS {
            check(recording, &cuts);
        }
    }
}
