"""The server is killed: nothing is left running, nothing half done, and what was done is known."""

import os
import time

from flow import confined, flow
from turn import FILES, Turn, add, update


def revive(world, thread):
    """Another server, that goes on with the thread. Gives its client, a new turn, and the items of before."""
    client = world.client(name="after")
    resumed = client.ask("thread/resume", {"threadId": thread})["thread"]
    items = [item for turn in resumed["turns"] for item in turn["items"]]
    assert all(turn["status"] != "inProgress" for turn in resumed["turns"]), resumed
    assert all(item["status"] != "inProgress" for item in items), items
    turn = Turn(client, None, thread)
    assert turn.run("echo again")["aggregatedOutput"] == "again\n"
    return client, turn, items


def begun(world):
    """A server, its client, and a turn with something in it."""
    server = world.server()
    client = server.client("before")
    client.initialize()
    turn = Turn(client, world.work)
    turn.run("echo first")
    return server, client, turn


@flow(confined, is_recorded=False)
def killed_while_asking(world):
    """Nothing runs, and it is asked again."""
    server, client, turn = begun(world)
    turn.start(f"touch asked.txt # {world.marker}")
    client.question()
    server.kill()
    world.expect_nothing_runs()
    client, turn, items = revive(world, turn.thread)
    assert not (world.work / "asked.txt").exists()
    assert items[0]["aggregatedOutput"] == "first\n" and items[0]["status"] == "completed", items
    turn.decide("decline")
    assert turn.run("touch asked.txt")["status"] == "declined" and len(client.questions) == 1


@flow(confined, is_recorded=False)
def killed_while_running(world):
    """The whole tree of processes ends with it."""
    server, client, turn = begun(world)
    world.write("tree.sh", f"trap '' TERM HUP INT\nsetsid sh -c 'echo one; sleep 1000; : {world.marker}' &\n"
                           f"sh -c 'echo two; sleep 1000; : {world.marker}' &\nwait\n")
    item = turn.start("sh tree.sh")
    client.wait_for_output(item, b"one")
    client.wait_for_output(item, b"two")
    assert world.running()
    server.kill()
    world.expect_nothing_runs()
    _, _, items = revive(world, turn.thread)
    assert items[0]["status"] == "completed", items
    assert [one["status"] for one in items if "tree.sh" in one["command"]] == ["failed"], items


@flow(is_recorded=False)
def killed_while_patching(world):
    """Whenever it is killed, either all changes are made or none is, at the latest when the next server has begun."""
    count = 150
    names = [f"file{number}.txt" for number in range(count)]
    diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n"
    changes = [update(name, diff) for name in names] + [add(f"made{number}.txt", "new\n") for number in range(20)]
    seen = set()
    early, late = 0.0, 4.0
    for _ in range(14):
        # Closes in on the moment where the changes are made.
        delay = (early + late) / 2
        for path in world.work.iterdir():
            path.unlink()
        for name in names:
            world.write(name, "old\n")
        server = world.server()
        client = server.client("before", False)
        client.initialize()
        turn = Turn(client, world.work)
        turn.decide("accept", method=FILES)
        client.send("patch/apply", {**turn.ids, "changes": changes})
        client.notice("item/started")
        time.sleep(delay)
        server.kill()
        client = world.server().client("after", False)
        client.initialize()
        client.ask("thread/list", {})
        found = {path.name: path.read_text() for path in world.work.iterdir()}
        is_old = found == {name: "old\n" for name in names}
        is_new = found == {change["path"]: "new\n" for change in changes}
        assert is_old or is_new, sorted(os.listdir(world.work))
        seen.add("new" if is_new else "old")
        resumed = client.ask("thread/resume", {"threadId": turn.thread})["thread"]
        assert all(item["status"] != "inProgress" for one in resumed["turns"] for item in one["items"]), resumed
        early, late = (early, delay) if is_new else (delay, late)
    assert seen == {"old", "new"}, f"never seen {seen}"
