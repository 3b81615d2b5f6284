"""Drives `execpolicy mcp` with the official Python client, in both revisions of the protocol.

Usage: conformance.py BINARY. Needs the packages of requirements.txt. Exits 1 with what was not as it should be.
"""

import asyncio
import os
import pathlib
import sys
import tempfile

import anyio
from mcp import Client, MCPError, StdioServerParameters, types

POLICY = """
prefix_rule(pattern = ["touch", "asked"], decision = "prompt", justification = "the test asks")
prefix_rule(pattern = ["touch", "free"], decision = "allow")
prefix_rule(pattern = ["touch", "never"], decision = "forbidden", justification = "the test forbids")
prefix_rule(pattern = ["sleep"], decision = "allow")
prefix_rule(pattern = ["seq"], decision = "allow")
"""

failures = []


def expect(what, holds, seen=None):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        failures.append(f"{what}: {seen}")


def running(words):
    for process in pathlib.Path("/proc").iterdir():
        try:
            line = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if line.replace(b"\0", b" ").strip() == words.encode():
            return True
    return False


class Person:
    """Whoever answers the client's questions, with what they are told to answer."""

    def __init__(self):
        self.asked = []
        self.answer = None

    async def __call__(self, context, params):
        self.asked.append(params)
        if self.answer is None:
            await anyio.sleep(30)
        return self.answer


def said(action, decision=None):
    content = None if decision is None else {"decision": decision}
    return types.ElicitResult(action=action, content=content)


async def drive(binary, mode, place):
    work = place / "work"
    (work).mkdir(parents=True)
    (place / "home").mkdir()
    policy = place / "test.codexpolicy"
    policy.write_text(POLICY)
    server = StdioServerParameters(
        command=binary,
        args=["mcp", "--confinement", "none", "--patience", "3", "--workspace", str(work), "-r", str(policy)],
        env={"HOME": str(place / "home"), "PATH": "/usr/bin:/bin"},
        cwd=str(work),
    )
    person = Person()
    async with Client(server, mode=mode, elicitation_callback=person, read_timeout_seconds=30) as client:
        version = client.session.protocol_version
        print(f"-- mode {mode}: {version}")

        def named(what):
            return f"{mode}: {what}"

        tools = (await client.list_tools()).tools
        names = [tool.name for tool in tools]
        expect(named("the tools are listed"), "run_command" in names and "check_command" in names, names)

        checked = await client.call_tool("check_command", {"command": "touch asked"})
        expect(named("a command is checked"), checked.structured_content["decision"] == "prompt", checked)

        free = await client.call_tool("run_command", {"command": "seq 2; touch free"})
        fine = free.structured_content["output"] == "1\n2\n" and not free.is_error
        expect(named("what is allowed runs"), fine and (work / "free").exists(), free)

        never = await client.call_tool("run_command", {"command": "touch never"})
        expect(named("what is forbidden does not"), never.is_error and not (work / "never").exists(), never)
        expect(named("nobody was asked so far"), person.asked == [], person.asked)

        for answer, why in [
            (said("decline"), "the person said no"),
            (said("cancel"), "closed the question"),
            (said("accept", "deny"), "the person said no"),
            (said("accept", "whatever"), "without one of the answers"),
            (said("accept"), "without one of the answers"),
        ]:
            person.answer = answer
            refused = await client.call_tool("run_command", {"command": "touch asked"})
            shown = str(refused.structured_content)
            fine = refused.is_error and why in shown and not (work / "asked").exists()
            expect(named(f"a question is answered: {why}"), fine, refused)
        message = person.asked[0].message
        expect(named("the question says why"), "the test asks" in message and "touch asked" in message, message)

        person.answer = said("accept", "allow_once")
        asked = await client.call_tool("run_command", {"command": "touch asked"})
        fine = asked.structured_content.get("answer") == "once" and (work / "asked").exists()
        expect(named("a question is answered with yes"), fine, asked)

        person.answer = None
        if mode == "legacy":
            late = await client.call_tool("run_command", {"command": "touch asked late"})
            fine = late.is_error and "nobody answered in time" in str(late.structured_content)
            expect(named("a question that nobody answers is a no"), fine, late)

        told = []

        async def progress(done, total, message):
            told.append(done)

        slow = await client.call_tool("run_command", {"command": "sleep 2.3"}, progress_callback=progress)
        expect(named("progress is told"), not slow.is_error and told == sorted(told) and told, told)

        with anyio.move_on_after(1):
            await client.call_tool("run_command", {"command": "sleep 64.7"})
        for _ in range(100):
            if not running("sleep 64.7"):
                break
            await anyio.sleep(0.05)
        expect(named("a cancelled call ends what it runs"), not running("sleep 64.7"))

        for arguments in [{}, {"command": "ls", "argv": ["ls"]}, {"comand": "ls"}, {"command": 7}]:
            wrong = await client.call_tool("run_command", arguments)
            expect(named(f"bad input is told so: {arguments}"), wrong.is_error, wrong)
        try:
            await client.call_tool("no_such_tool", {})
            expect(named("there is no other tool"), False)
        except MCPError as error:
            expect(named("there is no other tool"), "no tool" in str(error), error)
    expect(f"{mode}: nothing is left", not running("sleep 64.7"))


async def main(binary):
    for mode in ["legacy", "auto", "2026-07-28"]:
        with tempfile.TemporaryDirectory() as place:
            await drive(binary, mode, pathlib.Path(place))


if __name__ == "__main__":
    asyncio.run(main(os.path.abspath(sys.argv[1])))
    if failures:
        print("\n".join(failures))
        sys.exit(1)
