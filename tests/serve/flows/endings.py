"""What a command writes, and how it is ended."""

import time

from client import Refused
from flow import confined, flow
from turn import Turn

# A tree of processes that ignore what can be ignored, one of them in a session of its own.
TREE = """
trap '' TERM INT HUP
setsid sh -c 'trap "" TERM INT HUP; echo one; sleep 1000 # {0}' &
sh -c 'trap "" TERM INT HUP; echo two; (sleep 1000 & sleep 1000 # {0}
)' &
echo three
wait
"""


def tree(world, turn):
    """Starts the tree, and waits until it stands."""
    world.write("tree.sh", TREE.format(world.marker))
    item = turn.start("sh tree.sh")
    for line in (b"one", b"two", b"three"):
        turn.client.wait_for_output(item, line)
    assert world.running(), "the tree is found"
    return item


@flow(confined)
def binary_output(world):
    """Every byte arrives, of both streams; text is text, and no character is cut in two."""
    client = world.client()
    turn = Turn(client, world.work)
    world.write("all.bin", bytes(range(256)) * 3)
    item = turn.run("cat all.bin; cat all.bin >&2")
    assert client.output(item["id"]) == bytes(range(256)) * 3
    assert client.output(item["id"], "stderr") == bytes(range(256)) * 3
    assert "\ufffd" in item["aggregatedOutput"]
    world.write("text.txt", "Grüße, 世界 🦀\n" * 2)
    item = turn.run("cat text.txt")
    deltas = [one for one in client.notices("item/commandExecution/outputDelta") if one["itemId"] == item["id"]]
    assert all("delta" in one for one in deltas), deltas
    assert item["aggregatedOutput"] == "Grüße, 世界 🦀\n" * 2


@flow(confined, is_recorded=False)
def characters_in_pieces(world):
    """A character that is written byte by byte arrives whole, or at the end as the bytes that it is."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run("; sleep 0.1; ".join(f"printf '{byte}'" for byte in ("\\360", "\\237", "\\246", "\\200", "x", "\\303")))
    assert client.output(item["id"]) == "🦀x".encode() + b"\xc3", client.output(item["id"])
    deltas = [one for one in client.notices("item/commandExecution/outputDelta") if one["itemId"] == item["id"]]
    assert "".join(one.get("delta", "") for one in deltas) == "🦀x", deltas


@flow(confined, is_recorded=False)
def long_output(world):
    """What is past the bound is dropped, counted, and the command runs to its end."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run("head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2")
    assert item["status"] == "completed", item
    said = len(client.output(item["id"])) + len(client.output(item["id"], "stderr"))
    assert said == 1 << 20, said
    assert item["outputDropped"] == 3000004 - said, item["outputDropped"]
    item = turn.run("seq 1 100000", outputBytesCap=100)
    assert client.output(item["id"]) == "".join(f"{n}\n" for n in range(1, 100)).encode()[:100]
    item = turn.run("head -c 3000000 /dev/zero | tr '\\0' x", outputBytesCap=4 << 20)
    assert len(client.output(item["id"])) == 3000000 and "outputDropped" not in item


@flow(confined)
def timeout(world):
    """After its time it is killed with all that it started."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run(f"echo ready; sleep 1000 & sleep 1000 # {world.marker}", timeoutMs=500)
    assert item["status"] == "failed" and "its time was over" in item["reason"], item
    world.expect_nothing_runs()
    assert turn.run("true")["status"] == "completed"


@flow(confined, is_recorded=False)
def interrupt(world):
    """The whole tree of processes is gone before `turn/aborted` is told, and that before the answer."""
    client = world.client()
    turn = Turn(client, world.work)
    item = tree(world, turn)
    since = time.monotonic()
    turn.interrupt()
    assert not world.running(), "nothing runs when it is answered"
    assert time.monotonic() - since < 10
    order = [one.get("method") or "answer" for one in client.heard][-3:]
    assert order[-2:] == ["turn/aborted", "answer"], order
    ended = client.completed(item)
    assert ended["status"] == "failed" and ended["reason"], ended
    turn.interrupt()
    assert len(client.notices("turn/aborted")) == 1
    try:
        turn.start("true")
        raise AssertionError("the turn is over")
    except Refused as why:
        assert why.code == -32012, why
    assert turn.next().run("true")["status"] == "completed"


@flow(confined)
def interrupt_of_a_question(world):
    """What is asked is not asked any more, and an answer that comes later counts for nothing."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.start("touch asked.txt")
    question = client.question()
    turn.interrupt()
    assert client.completed(item)["status"] in ("declined", "failed")
    client.notice("serverRequest/resolved", requestId=question["id"])
    client.answer_question(question, {"decision": "accept"})
    error = client.wait_for(lambda one: "error" in one, "an error")
    assert error["error"]["code"] == -32600, error
    assert not (world.work / "asked.txt").exists()


@flow(confined, is_recorded=False)
def terminate(world):
    """One command ends, with its tree; the other of its turn goes on."""
    client = world.client()
    turn = Turn(client, world.work)
    other = turn.start("echo begun; until test -e go; do sleep 0.05; done; echo done")
    client.wait_for_output(other, b"begun")
    item = tree(world, turn)
    client.ask("command/terminate", {"threadId": turn.thread, "itemId": item})
    assert client.completed(item)["status"] == "failed"
    world.expect_nothing_runs()
    world.write("go", "")
    assert client.completed(other)["status"] == "completed"


@flow(confined)
def nothing_is_left(world):
    """What a command leaves in the background ends with it."""
    client = world.client()
    turn = Turn(client, world.work)
    world.write("leave.sh", f"setsid sleep 1000 {world.marker} >/dev/null 2>&1 &\nsleep 1000 {world.marker} &\n")
    item = turn.run("sh leave.sh")
    assert item["status"] == "completed", item
    world.expect_nothing_runs()


@flow(confined)
def standard_input(world):
    """A command reads nothing, and does not wait for it."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run("cat; echo over")
    assert item["aggregatedOutput"] == "over\n", item
