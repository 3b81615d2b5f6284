"""Wishes for more than a profile gives, and connections of the host's own."""

from client import No
from flow import confined, flow
from turn import COMMAND, PERMISSIONS, Turn


def wish(turn, permissions, **params):
    """Asks for permissions."""
    return turn.client.ask("permissions/request", {**turn.ids, "permissions": permissions, **params})


def writing(path):
    """The wish to write there."""
    return {"fileSystem": {"write": [str(path)]}}


@flow(confined)
def permission_for_a_turn(world):
    """What is given counts in this turn, and not in the next."""
    beside = world.root / "beside"
    beside.mkdir()
    world.script("outside.sh", f"#!/bin/sh\necho x > {beside}/made.txt\n")
    client = world.client()
    turn = Turn(client, world.work)
    client.asked[PERMISSIONS] = lambda params: {"permissions": params["permissions"]}
    client.asked[COMMAND] = lambda params: {"decision": "decline"}
    told = wish(turn, writing(beside), reason="the build writes there")
    assert (told["permissions"], told["scope"], told["refused"]) == (writing(beside), "turn", []), told
    assert client.question()["params"]["reason"]
    assert turn.run("./outside.sh")["status"] == "completed"
    turn.complete()
    (beside / "made.txt").unlink()
    assert turn.next().run("./outside.sh")["status"] == "failed"
    assert not (beside / "made.txt").exists()


@flow(confined)
def permission_for_the_session(world):
    """What is given counts in later turns of this thread, and in no other thread."""
    beside = world.root / "beside"
    beside.mkdir()
    world.script("outside.sh", f"#!/bin/sh\necho x > {beside}/made.txt\n")
    client = world.client()
    turn = Turn(client, world.work)
    client.asked[PERMISSIONS] = lambda params: {"permissions": params["permissions"], "scope": "session"}
    client.asked[COMMAND] = lambda params: {"decision": "decline"}
    assert wish(turn, writing(beside))["scope"] == "session"
    turn.complete()
    assert turn.next().run("./outside.sh")["status"] == "completed"
    (beside / "made.txt").unlink()
    assert Turn(client, world.work).run("./outside.sh")["status"] == "failed"


@flow()
def permission_never_wider(world):
    """What is answered beyond what was asked is passed over; an error, or nothing, is a no."""
    beside = world.root / "beside"
    other = world.root / "other"
    beside.mkdir()
    other.mkdir()
    client = world.client()
    turn = Turn(client, world.work)
    more = {"fileSystem": {"read": [str(other)], "write": [str(beside / "below"), str(world.root), str(other)]},
            "network": {"hosts": ["example.org"]}, "tools": ["browser"]}
    (beside / "below").mkdir()
    client.asked[PERMISSIONS] = lambda params: {"permissions": more}
    told = wish(turn, writing(beside))
    assert told["permissions"] == writing(beside / "below"), told
    client.asked[PERMISSIONS] = lambda params: {"permissions": {}}
    told = wish(turn, writing(beside))
    assert told["permissions"] == {} and told["refused"], told

    def fails(_):
        raise No("the person is not there")

    client.asked[PERMISSIONS] = fails
    assert wish(turn, writing(beside))["permissions"] == {}


@flow()
def permission_guarded(world):
    """What the guard keeps is never asked about."""
    client = world.client()
    turn = Turn(client, world.work)
    for path in (world.config, "/"):
        told = wish(turn, writing(path))
        assert told["permissions"] == {} and told["refused"], told
    assert not client.questions


@flow()
def permission_for_a_tool(world):
    """A tool of the host's own is given by its name."""
    client = world.client()
    turn = Turn(client, world.work)
    client.asked[PERMISSIONS] = lambda params: {"permissions": {"tools": params["permissions"]["tools"][:1]}}
    told = wish(turn, {"tools": ["browser", "mail"]})
    assert told["permissions"] == {"tools": ["browser"]}, told
    assert len(told["refused"]) == 1, told


@flow()
def network(world):
    """Rules answer; what none speaks for is asked, once, for the session, or by a rule that is written."""
    client = world.client()
    turn = Turn(client, world.work)

    def connects(host, protocol="https"):
        return client.ask("network/request", {**turn.ids, "host": host, "protocol": protocol})

    assert connects("allowed.example")["allowed"]
    told = connects("denied.example")
    assert not told["allowed"] and "the flows stay away" in told["reason"], told
    assert not client.questions
    turn.decide("accept", "decline", "acceptForSession")
    assert connects("asked.example")["allowed"]
    asked = client.question()["params"]
    assert asked["networkApprovalContext"] == {"host": "asked.example", "protocol": "https"}, asked
    assert not connects("asked.example")["allowed"]
    assert connects("asked.example")["allowed"]
    assert connects("asked.example")["allowed"]
    assert len(client.questions) == 3

    def writes(action):
        def answers(params):
            proposed = [one for one in params["proposedNetworkPolicyAmendments"] if one["action"] == action]
            return {"decision": {"applyNetworkPolicyAmendment": {"network_policy_amendment": proposed[0]}}}
        return answers

    client.asked[COMMAND] = writes("allow")
    assert connects("written.example")["allowed"] and connects("written.example")["allowed"]
    assert len(client.questions) == 4
