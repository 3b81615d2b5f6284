"""Several clients of one socket, and who may be one."""

import os
import stat
import subprocess
import sys
import threading
import time

from client import Refused
from flow import confined, flow, root
from turn import Turn

# Connects as another user, and says who it is; exits with 0 if it was answered.
STRANGER = """
import os, socket, sys
os.setgid(1000)
os.setuid(1000)
with socket.socket(socket.AF_UNIX) as stream:
    stream.settimeout(20)
    try:
        stream.connect(sys.argv[1])
        stream.sendall(b'{"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "x", "version": "1"}}}\\n')
        sys.exit(0 if b'"result"' in stream.recv(4096) else 3)
    except PermissionError:
        sys.exit(4)
    except OSError:
        sys.exit(3)
"""


def two(world, *arguments):
    """A server on a socket with two clients."""
    server = world.server(*arguments, on_socket=True)
    clients = server.client("owner"), server.client("other")
    for client in clients:
        client.initialize()
    return server, *clients


def is_refused(act, code):
    """Fails unless it is refused with this code."""
    try:
        act()
    except Refused as why:
        assert why.code == code, why
        return
    raise AssertionError("it was not refused")


@flow(confined)
def not_yours(world):
    """A thread belongs to the connection that began it."""
    server, owner, other = two(world)
    mode = stat.S_IMODE(server.path.stat().st_mode)
    assert mode == 0o600, oct(mode)
    turn = Turn(owner, world.work)
    item = turn.start("touch asked.txt")
    question = owner.question()
    ids = turn.ids
    for method, params in [
        ("turn/start", {"threadId": turn.thread}), ("turn/interrupt", ids), ("turn/complete", ids),
        ("turn/diff", ids), ("command/exec", {**ids, "command": "true"}),
        ("command/terminate", {"threadId": turn.thread, "itemId": item}),
        ("thread/resume", {"threadId": turn.thread}),
        ("permissions/request", {**ids, "permissions": {"tools": ["x"]}}),
        ("network/request", {**ids, "host": "asked.example", "protocol": "https"}),
    ]:
        is_refused(lambda m=method, p=params: other.ask(m, p), -32011)
    other.answer_question(question, {"decision": "accept"})
    error = other.wait_for(lambda one: one.get("id", 0) is None, "an error")
    assert error["error"]["code"] == -32600, error
    assert not (world.work / "asked.txt").exists(), "an approval on another connection counts for nothing"
    owner.answer_question(question, {"decision": "decline"})
    assert owner.completed(item)["status"] == "declined"
    assert not (world.work / "asked.txt").exists()
    assert not other.questions


@flow(root, is_recorded=False)
def other_user(world):
    """Another user is not served, even where the file would let him connect."""
    server = world.server(on_socket=True)
    for path in (world.root, server.path):
        path.chmod(0o755)
    as_stranger = [sys.executable, "-c", STRANGER, str(server.path)]
    assert subprocess.run(as_stranger, check=False).returncode == 4
    server.path.chmod(0o777)
    assert subprocess.run(as_stranger, check=False).returncode == 3
    client = server.client()
    client.initialize()
    assert server.process.poll() is None


@flow(confined, is_recorded=False)
def socket_is_hidden(world):
    """No command reaches the server that it was started by, whatever its profile."""
    server, owner, _ = two(world)
    world.write("connect.py", f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(server.path)!r})\n")
    for sandbox in ("read-only", "workspace-write"):
        turn = Turn(owner, world.work, sandbox=sandbox)
        turn.decide(*["decline"] * 4)
        item = turn.run("/usr/bin/python3 connect.py")
        assert item["status"] == "failed" and "Error" in item["aggregatedOutput"], item
        assert all("fileSystem" not in str(one) for one in owner.questions), "it is not offered"


@flow(confined, is_recorded=False)
def dies_while_asked(world):
    """A client that goes away says no to all that it is asked."""
    server, owner, other = two(world)
    turn = Turn(owner, world.work)
    running = turn.start(f"echo ready; sleep 1000 # {world.marker}")
    owner.wait_for_output(running, b"ready")
    turn.start(f"touch asked.txt; echo {world.marker} > ran.txt")
    owner.question()
    owner.close()
    world.expect_nothing_runs()
    assert not (world.work / "asked.txt").exists() and not (world.work / "ran.txt").exists()
    other.wait_for(lambda one: True, "the answer to its greeting")
    resumed = None
    for _ in range(100):
        try:
            resumed = other.ask("thread/resume", {"threadId": turn.thread})["thread"]
            break
        except Refused as why:
            assert why.code == -32011, why
            time.sleep(0.05)
    items = {item["command"]: item["status"] for one in resumed["turns"] for item in one["items"]}
    assert any(item.startswith("touch") and how == "declined" for item, how in items.items()), items
    turn = Turn(other, None, turn.thread)
    turn.decide("decline")
    assert turn.run("touch asked.txt")["status"] == "declined" and len(other.questions) == 1


@flow(confined, is_recorded=False)
def noise_beside_work(world):
    """Garbage, lines that are too long and answers to nothing cost their sender errors, and the other nothing."""
    server, owner, other = two(world)
    other.transcript = None
    turn = Turn(owner, world.work)
    stop = threading.Event()

    def noise():
        count = 0
        while not stop.is_set() and count < 2000:
            other.say_anything([b"{", b"null", b'{"id":1,"result":{}}', b"\x00\xff", b'{"method":"x"}', b"[" * 5000][count % 6])
            count += 1
        other.say_anything(b"x" * (17 << 20))

    noisy = threading.Thread(target=noise)
    noisy.start()
    for number in range(20):
        item = turn.run(f"seq {number} {number + 50}")
        wanted = "".join(f"{one}\n" for one in range(number, number + 51))
        assert item["aggregatedOutput"] == wanted, item
    stop.set()
    noisy.join()
    is_long = lambda one: "longer" in one.get("error", {}).get("message", "")
    other.wait_for(is_long, "the error about the long line")
    assert not other.ask("policy/reload", {})["changed"]


@flow(confined)
def stop(world):
    """SIGTERM: what runs is ended, what is asked is declined, the clients are told, and the socket is gone."""
    server, owner, other = two(world)
    turn = Turn(owner, world.work)
    running = turn.start(f"echo ready; sleep 1000 # {world.marker}")
    owner.wait_for_output(running, b"ready")
    asked = turn.start("touch asked.txt")
    owner.question()
    status = server.stop()
    world.expect_nothing_runs()
    owner.wait_for_end()
    other.wait_for_end()
    assert owner.completed(running)["status"] == "failed"
    assert owner.completed(asked)["status"] in ("declined", "failed")
    assert not server.path.exists()
    assert not (world.work / "asked.txt").exists()
    assert status == 0, status
    assert os.listdir(world.work) == []
