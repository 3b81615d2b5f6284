"""What is asked after a command was kept from something."""

from flow import confined, flow
from turn import Turn


@flow(confined)
def granted_after_a_denial(world):
    """It fails, the narrowest grant is offered, and with that it passes."""
    beside = world.root / "beside"
    beside.mkdir()
    world.script("outside.sh", f"#!/bin/sh\necho x > {beside}/made.txt\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("accept")
    item = turn.run("./outside.sh")
    asked = client.question()["params"]
    assert str(beside) in str(asked["denied"]), asked
    assert asked["additionalPermissions"]["fileSystem"]["write"] == [str(beside)], asked
    assert item["status"] == "completed", item
    assert (beside / "made.txt").read_text() == "x\n"


@flow(confined)
def outside_after_a_denial(world):
    """Where the grant is declined it is offered outside of the sandbox; a no leaves it as it ended."""
    beside = world.root / "beside"
    beside.mkdir()
    world.script("outside.sh", f"#!/bin/sh\necho x > {beside}/made.txt\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("decline", "decline", "decline", "accept")
    item = turn.run("./outside.sh")
    assert item["status"] == "failed" and item["violations"], item
    assert len(client.questions) == 2, [one["params"] for one in client.questions]
    outside = client.questions[1]["params"]
    assert "confinement" not in outside and "additionalPermissions" not in outside, outside
    assert not (beside / "made.txt").exists()
    item = turn.run("./outside.sh")
    assert item["status"] == "completed" and "confinement" not in item, item
    assert (beside / "made.txt").exists()


@flow(confined)
def nothing_to_grant(world):
    """A command that fails by itself is not asked about."""
    client = world.client()
    turn = Turn(client, world.work)
    assert turn.run("ls nowhere.txt")["status"] == "failed"
    assert not client.questions
