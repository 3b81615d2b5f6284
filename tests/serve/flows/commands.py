"""The life of a command."""

from client import No
from flow import confined, flow
from turn import COMMAND, Turn


def is_asked(client, command):
    """Fails unless the last question was about this command."""
    asked = client.questions[-1]["params"]
    assert asked["command"] == command, asked
    assert asked["reason"], asked
    return asked


@flow(confined)
def command_allowed(world):
    """It starts, writes, ends, and nobody is asked."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run("seq 1 3 && pwd")
    assert (item["status"], item["exitCode"]) == ("completed", 0), item
    assert item["aggregatedOutput"] == f"1\n2\n3\n{world.work}\n", item
    assert item["confinement"] == "workspace-write", item
    begun = client.notice("item/started")["item"]
    assert begun["status"] == "inProgress" and begun["id"] == item["id"], begun
    item = turn.run(["sh", "-c", "echo to the other >&2; exit 7"])
    assert (item["status"], item["exitCode"]) == ("failed", 7), item
    turn.complete()
    assert not client.questions
    assert client.notice("turn/completed")["turn"]["status"] == "completed"


@flow(confined)
def command_accepted(world):
    """Asked about, accepted, run; asked about again the next time."""
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("accept", "accept")
    item = turn.run("touch asked.txt")
    asked = is_asked(client, "touch asked.txt")
    assert "the flows ask about it" in asked["reason"], asked
    assert asked["risk"]["level"] == "low", asked
    assert "accept" in asked["availableDecisions"], asked
    assert item["status"] == "completed", item
    assert (world.work / "asked.txt").exists()
    turn.run("touch asked.txt")
    assert len(client.questions) == 2
    client.notice("serverRequest/resolved", requestId=client.questions[0]["id"])


@flow(confined)
def command_declined(world):
    """A no runs nothing; so do an error, an answer that is none, and a decision that was not offered."""
    client = world.client()
    turn = Turn(client, world.work)
    amendment = {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["touch"]}}
    turn.decide("decline", amendment)
    for _ in range(2):
        item = turn.run("touch asked.txt")
        assert item["status"] == "declined" and item["reason"], item

    def fails(_):
        raise No("the person is not there")

    client.asked[COMMAND] = fails
    assert turn.run("touch asked.txt")["status"] == "declined"
    del client.asked[COMMAND]
    for count, wrong in enumerate([{"decision": "yes"}, {}, {"decision": "accept", "really": True}, "accept"]):
        item = turn.start("touch asked.txt")
        client.answer_question(client.question(4 + count), wrong)
        assert client.completed(item)["status"] == "declined"
    assert not (world.work / "asked.txt").exists()
    assert turn.run("true")["status"] == "completed", "the turn goes on"


@flow(confined)
def command_cancelled(world):
    """A cancel runs nothing, and interrupts the turn with all that it does."""
    client = world.client()
    turn = Turn(client, world.work)
    running = turn.start(f"echo ready; sleep 1000 # {world.marker}")
    client.wait_for_output(running, b"ready")
    item = turn.start("touch asked.txt")
    client.answer_question(client.question(), {"decision": "cancel"})
    client.notice("turn/aborted", turnId=turn.id)
    assert client.completed(item)["status"] == "declined"
    assert client.completed(running)["status"] == "failed"
    assert not (world.work / "asked.txt").exists()
    world.expect_nothing_runs()
    following = turn.next()
    assert following.run("true")["status"] == "completed"


@flow(confined)
def command_for_session(world):
    """Accepted for the session: not asked again about the same, asked about anything else, in later turns too."""
    client = world.client()
    turn = Turn(client, world.work)
    turn.decide("acceptForSession", "decline", "accept")
    turn.run("touch asked.txt")
    assert turn.run("touch asked.txt")["status"] == "completed"
    assert turn.next().run("touch asked.txt")["status"] == "completed"
    assert len(client.questions) == 1
    assert turn.run("touch asked.txt other.txt")["status"] == "declined"
    assert len(client.questions) == 2, "other words are another command"
    (world.work / "below").mkdir()
    turn.run("touch asked.txt", cwd="below")
    assert len(client.questions) == 3, "another directory is another command"


@flow(confined)
def command_with_amendment(world):
    """Accepted with the rule that was proposed: it is written, and answers from now on."""
    client = world.client("--confinement", "none")
    world.script("greet", "#!/bin/sh\necho hello $1\n")
    turn = Turn(client, world.work)

    def answers(params):
        pattern = params["proposedExecpolicyAmendment"]
        return {"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": pattern}}}

    client.asked[COMMAND] = answers
    item = turn.run("mkfifo pipe")
    assert item["status"] == "completed", item
    assert len(client.questions) == 1
    (world.work / "pipe").unlink()
    assert turn.run("mkfifo pipe")["status"] == "completed"
    assert len(client.questions) == 1
    written = "".join(path.read_text() for path in world.config.glob("*.codexpolicy"))
    assert "mkfifo" in written, written


@flow(confined)
def command_forbidden(world):
    """Nobody is asked, and nothing runs."""
    client = world.client()
    turn = Turn(client, world.work)
    item = turn.run("touch ran.txt; expr never")
    assert item["status"] == "declined" and "the flows never say it" in item["reason"], item
    assert not client.questions and not (world.work / "ran.txt").exists()


@flow(confined)
def nobody_is_asked(world):
    """Under the approval policy `never` a question is a no."""
    client = world.client()
    turn = Turn(client, world.work, approvalPolicy="never")
    item = turn.run("touch asked.txt")
    assert item["status"] == "declined" and not client.questions, item
