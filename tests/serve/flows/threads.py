"""Threads that are gone on with, and what comes with them."""

from client import Refused
from flow import confined, flow
from turn import FILES, Turn, add


def work(world, client):
    """A thread with something in it."""
    turn = Turn(client, world.work)
    turn.decide("acceptForSession")
    turn.decide("acceptForSession", method=FILES)
    turn.run("echo said")
    turn.run("touch asked.txt")
    turn.patch(add("patched.txt", "x\n"))
    turn.complete()
    return turn.thread


@flow(confined)
def resume(world):
    """Another server goes on with it: its items are there, what was approved is not."""
    server = world.server()
    client = server.client("first")
    client.initialize()
    thread = work(world, client)
    assert not [one for one in client.questions[1:] if "command" in one["params"]]
    client.close()
    server.process.wait(30)
    client = world.client(name="second")
    listed = client.ask("thread/list", {})["data"]
    assert [one["id"] for one in listed] == [thread], listed
    resumed = client.ask("thread/resume", {"threadId": thread})["thread"]
    items = [item for turn in resumed["turns"] for item in turn["items"]]
    assert [item["type"] for item in items] == ["commandExecution", "commandExecution", "fileChange"], items
    assert items[0]["aggregatedOutput"] == "said\n" and items[0]["status"] == "completed", items
    turn = Turn(client, None, thread)
    turn.decide("decline")
    assert turn.run("touch asked.txt")["status"] == "declined"
    assert len(client.questions) == 1, "what was approved was asked about again"


@flow(confined)
def fork(world):
    """A new thread with the same items; what was approved in the other is not."""
    client = world.client()
    thread = work(world, client)
    before = len(client.questions)
    forked = client.ask("thread/fork", {"threadId": thread})["thread"]
    assert forked["id"] != thread
    assert sum(len(turn["items"]) for turn in forked["turns"]) == 3, forked
    turn = Turn(client, None, forked["id"])
    turn.decide("decline")
    assert turn.run("touch asked.txt")["status"] == "declined"
    assert len(client.questions) == before + 1
    assert Turn(client, None, thread).run("touch asked.txt")["status"] == "completed"
    assert len(client.questions) == before + 1, "the first thread keeps what was approved"


@flow()
def list_of_threads(world):
    """The youngest first, in pages."""
    client = world.client()
    begun = [client.ask("thread/start", {"cwd": str(world.work)})["thread"]["id"] for _ in range(5)]
    for thread in begun:
        client.ask("turn/start", {"threadId": thread})
    found = []
    cursor = {}
    for _ in range(3):
        page = client.ask("thread/list", {"limit": 2, **cursor})
        found += [one["id"] for one in page["data"]]
        cursor = {"cursor": page.get("nextCursor", "")}
    assert sorted(found) == sorted(begun) and "nextCursor" not in page, (found, begun)
    for method in ("thread/resume", "thread/fork"):
        for thread in ("thread_" + "0" * 32, "../../etc/passwd", ""):
            try:
                client.ask(method, {"threadId": thread})
                raise AssertionError("there is no such thread")
            except Refused as why:
                assert why.code == -32010, why


@flow(confined)
def reload(world):
    """A policy that was changed counts from then on; one that is broken allows nothing."""
    client = world.client()
    turn = Turn(client, world.work)
    assert turn.run("echo once")["status"] == "completed"
    first = client.ask("policy/reload", {})
    assert not first["changed"], first
    rules = world.rules.read_text()
    world.rules.write_text(rules + 'prefix_rule(pattern = ["echo", "once"], decision = "forbidden")\n')
    told = client.ask("policy/reload", {})
    assert told["changed"] and told["policy"] != first["policy"], (first, told)
    client.notice("policy/changed")
    assert turn.run("echo once")["status"] == "declined"
    world.rules.write_text("prefix_rule(")
    assert client.ask("policy/reload", {})["changed"]
    turn.decide("decline")
    assert turn.run("echo twice")["status"] == "declined"
    world.rules.write_text(rules)
    assert client.ask("policy/reload", {})["changed"]
    assert turn.run("echo once")["status"] == "completed"
