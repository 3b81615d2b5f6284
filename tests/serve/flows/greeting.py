"""How a connection begins, and what costs an error."""

from client import Refused
from flow import flow
from protocol import Protocol
from schema import Mismatch
from world import SCHEMA


def refused(act, code):
    """Fails unless it is refused with this code."""
    try:
        act()
    except Refused as why:
        assert why.code == code, f"{why} instead of {code}"
        return why
    raise AssertionError(f"it was not refused with {code}")


@flow()
def initialize(world):
    """It comes first, and once."""
    client = world.server().client()
    refused(lambda: client.ask("policy/reload", {}), -32002)
    told = client.initialize()
    assert told["protocolVersion"] == 1, told
    assert told["policy"], told
    client.tell("initialized")
    refused(client.initialize, -32002)


@flow()
def wrong_messages(world):
    """What is wrong costs its sender an error, and the connection goes on."""
    client = world.client()

    def says(data, code):
        since = len(client.heard)
        client.say_anything(data)
        answer = client.wait_for(lambda one: "error" in one, "an error", since=since)
        assert answer["error"]["code"] == code, (data, answer)
        return answer

    says(b"garbage", -32700)
    says(b'{"id": 7, "method": "check"', -32700)
    says(b"\xff\xfe", -32700)
    says(b"[]", -32600)
    says(b'{"id": 7}', -32600)
    says(b'{"id": 7, "methd": "check"}', -32600)
    says(b'{"id": 99, "result": {}}', -32600)
    assert says(b'{"id": "text", "method": "turn/begin", "params": {}}', -32601)["id"] == "text"
    says(b'{"id": 8, "method": "turn/start"}', -32602)
    says(b'{"id": 8, "method": "turn/start", "params": {}}', -32602)
    says(b'{"id": 8, "method": "turn/start", "params": {"threadId": 7}}', -32602)
    says(b'{"id": 8, "method": "turn/start", "params": {"threadId": "x", "sandbox": "none"}}', -32602)
    says(b'{"id": 8, "method": "turn/start", "params": {"threadId": "x"}}', -32010)
    client.say_anything(b"")
    client.ask("policy/reload", {})


@flow()
def wrong_commands(world):
    """A command names a place, a turn that is not over, and either a text or words."""
    client = world.client()
    thread = client.ask("thread/start", {"cwd": str(world.work)})["thread"]["id"]
    turn = client.ask("turn/start", {"threadId": thread})["turn"]["id"]
    ids = {"threadId": thread, "turnId": turn}
    refused(lambda: client.ask("thread/start", {"cwd": str(world.root / "nowhere")}), -32602)
    refused(lambda: client.ask("command/exec", ids), -32602)
    refused(lambda: client.ask("command/exec", {**ids, "command": "true", "argv": ["true"]}), -32602)
    refused(lambda: client.ask("command/exec", {**ids, "argv": []}), -32602)
    refused(lambda: client.ask("command/exec", {**ids, "command": "true", "cwd": "nowhere"}), -32602)
    refused(lambda: client.ask("command/exec", {**ids, "turnId": "turn_x", "command": "true"}), -32010)
    refused(lambda: client.ask("command/terminate", {"threadId": thread, "itemId": "item_x"}), -32010)
    refused(lambda: client.ask("patch/apply", {**ids, "changes": []}), -32602)
    client.ask("turn/complete", ids)
    refused(lambda: client.ask("command/exec", {**ids, "command": "true"}), -32012)


@flow()
def check(world):
    """Nothing runs; the answer is that of `execpolicy check`."""
    client = world.client()
    place = {"cwd": str(world.work)}
    decisions = [
        ("git status --short", "allow"),
        ("touch asked.txt", "prompt"),
        ("expr never", "forbidden"),
        ("eval \"$(cat x)\"", "prompt"),
    ]
    for command, decision in decisions:
        report = client.ask("check", {"command": command, **place})
        assert report["decision"] == decision, report
    assert client.ask("check", {"argv": ["expr", "never"], **place})["decision"] == "forbidden"
    assert not (world.work / "asked.txt").exists()
    refused(lambda: client.ask("check", {"command": "true", "cwd": "relative"}), -32602)


@flow(is_recorded=False)
def schema_is_held(_):
    """What does not fit the schema is seen, on either side."""
    protocol = Protocol(SCHEMA)
    wrong = [
        {"id": 1, "method": "turn/start", "params": {}},
        {"id": 1, "method": "turn/start", "params": {"threadId": 1}},
        {"id": 1, "method": "turn/start", "params": {"threadId": "x", "more": 1}},
        {"id": 1, "method": "thread/start", "params": {"approvalPolicy": "always"}},
    ]
    for message in wrong:
        try:
            protocol.fit_request(message)
        except Mismatch:
            continue
        raise AssertionError(f"it fits: {message}")
    turn = {"id": "x", "status": "inProgress", "items": []}
    said = {"method": "turn/started", "params": {"threadId": "x", "turn": turn}}
    assert protocol.fault_of(said, {}) is None, protocol.fault_of(said, {})
    for key, value in [("status", "begun"), ("items", [{"type": "song"}]), ("more", 1), ("id", None)]:
        changed = {"method": "turn/started", "params": {"threadId": "x", "turn": {**turn, key: value}}}
        assert protocol.fault_of(changed, {}), changed
    assert protocol.fault_of({"id": 1, "result": {"turn": turn, "more": 1}}, {1: "turn/start"})
    assert protocol.fault_of({"id": 1, "error": {"code": 5, "message": "x"}}, {1: "turn/start"})
