"""What was said on a connection, made comparable: what differs from run to run is given one spelling."""

import base64
import json
import re

ID = re.compile(r"\b([a-z]+)_[0-9a-f]{32}\b")
MOMENTS = {"startedAtMs", "createdAt", "durationMs"}
DELTA = "item/commandExecution/outputDelta"


class Transcript:
    """The lines of one flow, in the order in which the client saw or wrote them, one connection after the other."""

    def __init__(self, paths):
        self.paths = paths
        self.lines = []

    def note(self, connection, sender, message):
        """Adds a message, or a text that is none."""
        self.lines.append((connection, sender, json.loads(json.dumps(message))))

    def text(self):
        """All of it, a JSON object a line."""
        names = []
        for connection, _, _ in self.lines:
            if connection not in names:
                names.append(connection)
        spelling = Spelling(self.paths)
        out = []
        for name in names:
            said = [(sender, message) for connection, sender, message in self.lines if connection == name]
            for sender, message in merge(settle(said)):
                line = {"from": sender, "message": spelling.of(message)}
                if len(names) > 1:
                    line = {"connection": name, **line}
                out.append(json.dumps(line, ensure_ascii=False) + "\n")
        return "".join(out)


class Spelling:
    """One spelling for ids, moments, paths and versions, in the order in which they are first met."""

    def __init__(self, paths):
        self.paths = paths
        self.ids = {}
        self.versions = {}

    def of(self, value, key=None):
        if isinstance(value, dict):
            return {name: self.of(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self.of(one) for one in value]
        if key in MOMENTS and isinstance(value, int):
            return 0
        if key == "policy" and isinstance(value, str) and value:
            return self.versions.setdefault(value, f"policy_{len(self.versions) + 1}")
        if key == "userAgent":
            return re.sub(r"/[0-9].*", "/VERSION", value)
        if key in ("cursor", "nextCursor"):
            return "CURSOR"
        if isinstance(value, str):
            for path, name in self.paths:
                value = value.replace(path, name)
            return ID.sub(self._id, value)
        return value

    def _id(self, match):
        kind = match.group(1)
        count = sum(1 for name in self.ids.values() if name.startswith(kind))
        return self.ids.setdefault(match.group(0), f"{kind}_{count + 1}")


def settle(said):
    """Puts what other threads of the server say where it belongs, whenever it comes: the answer that an item was taken
    behind its request, and the ends of items that end at the same time in the order in which they were started."""
    out = []
    taken = {}
    started = []
    for sender, message in said:
        if sender == "client" and isinstance(message, dict):
            if message.get("method") in ("command/exec", "patch/apply"):
                taken[message["id"]] = len(out)
        if sender == "server" and message.get("id") in taken and "method" not in message:
            at = taken.pop(message["id"]) + 1
            out.insert(at, (sender, message))
            taken = {key: place + (place >= at) for key, place in taken.items()}
            continue
        if sender == "server" and message.get("method") == "item/started":
            started.append(message["params"]["item"]["id"])
        at = len(out)
        if (item := ended(sender, message)) in started:
            while at and (other := ended(*out[at - 1])) in started and started.index(other) > started.index(item):
                at -= 1
        out.insert(at, (sender, message))
    return out


def ended(sender, message):
    """The item whose end this tells, if it does."""
    is_end = sender == "server" and message.get("method") == "item/completed"
    return message["params"]["item"]["id"] if is_end else None


def merge(said):
    """Joins what a command wrote between two other messages: into how many pieces it falls is chance, and which stream
    comes first."""
    out = []
    streams = {}
    shape = None

    def flush():
        for stream in sorted(streams, reverse=True):
            params = {**shape["params"], "stream": stream}
            params.pop("delta", None)
            params.pop("deltaBase64", None)
            try:
                params["delta"] = streams[stream].decode()
            except UnicodeDecodeError:
                params["deltaBase64"] = base64.b64encode(streams[stream]).decode()
            out.append(("server", {**shape, "params": params}))
        streams.clear()

    for sender, message in said:
        is_delta = sender == "server" and message.get("method") == DELTA
        if streams and not (is_delta and message["params"]["itemId"] == shape["params"]["itemId"]):
            flush()
        if is_delta:
            shape = message
            stream = message["params"]["stream"]
            streams[stream] = streams.get(stream, b"") + output(message["params"])
        else:
            out.append((sender, message))
    if streams:
        flush()
    return out


def output(params):
    """The bytes of a delta."""
    if "delta" in params:
        return params["delta"].encode()
    return base64.b64decode(params["deltaBase64"], validate=True)
