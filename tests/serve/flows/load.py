"""Much at once, and a client that does not read."""

import time

from flow import confined, flow
from turn import Turn

LINES = 200


@flow(confined, is_recorded=False)
def many_at_once(world):
    """200 commands whose output is streamed: each line arrives, in order, and each command ends."""
    client = world.client()
    client.transcript = None
    turn = Turn(client, world.work)
    items = {}
    numbers = {}
    for count in range(200):
        script = f"for i in $(seq {LINES}); do echo {count}.$i; done"
        numbers[client.send("command/exec", {**turn.ids, "command": script})] = count
    for number, count in numbers.items():
        items[client.answer_of(number, 240)["itemId"]] = count
    for item, count in items.items():
        ended = client.completed(item, 240)
        wanted = "".join(f"{count}.{line}\n" for line in range(1, LINES + 1))
        assert ended["status"] == "completed", ended
        assert ended["aggregatedOutput"] == wanted, (count, ended)
    streamed = {}
    for delta in client.notices("item/commandExecution/outputDelta"):
        streamed.setdefault(delta["itemId"], []).append(delta["delta"])
    for item, count in items.items():
        wanted = "".join(f"{count}.{line}\n" for line in range(1, LINES + 1))
        assert "".join(streamed[item]) == wanted, count
    state = {}
    for one in client.heard:
        method, params = one.get("method"), one.get("params")
        if method in ("item/started", "item/completed"):
            state.setdefault(params["item"]["id"], []).append(method)
        elif method == "item/commandExecution/outputDelta":
            assert state[params["itemId"]] == ["item/started"], "output comes between start and end"
    assert all(order == ["item/started", "item/completed"] for order in state.values())


@flow(confined, is_recorded=False)
def does_not_read(world):
    """What a client does not read holds its own command, and costs bounded memory; the other is served."""
    server = world.server(on_socket=True)
    slow, quick = server.client("slow", False), server.client("quick", False)
    slow.initialize()
    quick.initialize()
    turn = Turn(slow, world.work)
    before = server.resident()
    slow.is_reading.clear()
    for _ in range(4):
        slow.send("command/exec", {**turn.ids, "command": "yes", "outputBytesCap": 64 << 20})
    most = 0
    other = Turn(quick, world.work)
    end = time.monotonic() + 8
    while time.monotonic() < end:
        assert other.run("echo served")["aggregatedOutput"] == "served\n"
        most = max(most, server.resident())
    grown = (most - before) >> 20
    assert grown < 100, f"it grew by {grown} MiB"
    slow.is_reading.set()
    slow.ask("turn/interrupt", turn.ids, 120)
    print(f"grew by {grown} MiB")
