"""The life of a patch."""

from flow import confined, flow
from turn import FILES, Turn, add, delete, update

BEFORE = "one\ntwo\nthree\nfour\n"
DIFF = "--- a/old.txt\n+++ b/old.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
AFTER = "one\n2\nthree\nfour\n"


@flow()
def patch(world):
    """Files are made, changed, moved and taken away, all at once."""
    world.write("old.txt", BEFORE)
    world.write("moved.txt", BEFORE)
    world.write("kept.txt", "as it is\n")
    world.write("gone.txt", "gone\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("accept", method=FILES)
    item = turn.patch(
        add("new/file.txt", "new\n"), update("old.txt", DIFF), delete("gone.txt", "gone\n"),
        update("moved.txt", DIFF, to="there/moved.txt"), update("kept.txt", "", to="there/kept.txt"),
    )
    assert item["status"] == "completed", item
    read = {str(path.relative_to(world.work)): path.read_text() for path in world.work.rglob("*") if path.is_file()}
    assert read == {
        "new/file.txt": "new\n", "old.txt": AFTER, "there/moved.txt": AFTER, "there/kept.txt": "as it is\n",
    }, read
    assert "+2" in turn.diff()


@flow()
def patch_conflict(world):
    """One change that does not fit, and none is made."""
    world.write("old.txt", "something else\n")
    world.write("gone.txt", "not what was read\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide(*["accept"] * 9, method=FILES)
    wrong = [
        update("old.txt", DIFF),
        delete("gone.txt", "gone\n"),
        delete("never.txt", "gone\n"),
        add("old.txt", "x\n"),
        update("gone.txt", "", to="old.txt"),
    ]
    for change in wrong:
        item = turn.patch(add("new.txt", "new\n"), change)
        assert item["status"] == "failed" and item["reason"], item
        assert sorted(path.name for path in world.work.iterdir()) == ["gone.txt", "old.txt"]
        assert (world.work / "old.txt").read_text() == "something else\n"
    assert turn.diff() == ""


@flow()
def patch_declined(world):
    """A no changes nothing; a cancel interrupts the turn."""
    client = world.client()
    turn = Turn(client, world.work)
    beside = world.root / "beside"
    beside.mkdir()
    turn.decide("decline", "cancel", method=FILES)
    item = turn.patch(add(beside / "new.txt", "new\n"), reason="because")
    assert item["status"] == "declined", item
    asked = client.question()["params"]
    assert asked["changes"][0]["path"] == str(beside / "new.txt"), asked
    assert turn.patch(add(beside / "new.txt", "new\n"))["status"] == "declined"
    client.notice("turn/aborted", turnId=turn.id)
    assert not (beside / "new.txt").exists()


@flow()
def patch_grant_root(world):
    """Accepted for the session with a root: later patches below it are not asked about, others are."""
    client = world.client()
    turn = Turn(client, world.work)
    beside = world.root / "beside"
    beside.mkdir()
    turn.decide("acceptForSession", "decline", method=FILES)
    item = turn.patch(add(beside / "one.txt", "1\n"), grantRoot=str(beside))
    assert item["status"] == "completed", item
    assert client.question()["params"]["grantRoot"] == str(beside)
    turn = turn.next()
    assert turn.patch(add(beside / "deep" / "two.txt", "2\n"))["status"] == "completed"
    assert len(client.questions) == 1
    assert turn.patch(add(world.root / "three.txt", "3\n"))["status"] == "declined"
    assert len(client.questions) == 2


@flow()
def patch_forbidden(world):
    """What commands may not write, patches may not: where git keeps hooks, and the policy's own places."""
    client = world.client()
    turn = Turn(client, world.work)
    (world.work / ".git" / "hooks").mkdir(parents=True)
    turn.decide(*["decline"] * 9, method=FILES)
    for path in [".git/hooks/pre-commit", ".execpolicy/x.codexpolicy", world.config / "x.codexpolicy"]:
        item = turn.patch(add(path, "x\n"))
        assert item["status"] == "declined" and item["reason"], item
        assert not (world.work / path).exists()


@flow(confined)
def turn_diff(world):
    """It holds what patches changed and what commands changed, and nothing else."""
    world.write("old.txt", BEFORE)
    world.write("untouched.txt", "as it is\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("accept", method=FILES)
    assert turn.patch(update("old.txt", DIFF))["status"] == "completed"
    assert turn.run("echo made > made.txt")["status"] == "completed"
    client.notice("turn/diff/updated")
    diff = turn.diff()
    for line in ("-two", "+2", "+made", "made.txt", "old.txt"):
        assert line in diff, (line, diff)
    assert "untouched" not in diff
    assert turn.run("echo again > made.txt")["status"] == "completed"
    assert "+again" in turn.diff() and "+made\n" not in turn.diff()
