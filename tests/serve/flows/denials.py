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
    """What no grant may hold is offered outside of the sandbox; a no leaves the command as it ended."""
    beside = world.root / "beside"
    beside.mkdir()
    world.script("outside.sh", f"#!/bin/sh\necho x > {beside}/made.txt && echo x > {world.home}/made.txt\n")
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("decline", "accept", "decline", "accept", "accept")
    item = turn.run("./outside.sh")
    assert item["status"] == "failed" and item["violations"], item
    assert len(client.questions) == 1
    item = turn.run("./outside.sh")
    assert item["status"] == "failed" and len(client.questions) == 3, item
    outside = client.questions[2]["params"]
    assert "confinement" not in outside and "additionalPermissions" not in outside, outside
    assert str(world.home) in str(outside["denied"]), outside
    assert not (world.home / "made.txt").exists()
    item = turn.run("./outside.sh")
    assert item["status"] == "completed" and "confinement" not in item, item
    assert (beside / "made.txt").exists() and (world.home / "made.txt").exists()


@flow(confined)
def nothing_to_grant(world):
    """A command that fails by itself is not asked about."""
    client = world.client()
    turn = Turn(client, world.work)
    assert turn.run("ls nowhere.txt")["status"] == "failed"
    assert not client.questions
