"""One turn of a thread, seen by its client."""

COMMAND = "item/commandExecution/requestApproval"
FILES = "item/fileChange/requestApproval"
PERMISSIONS = "item/permissions/requestApproval"


class Turn:
    """A new turn, of a new thread where none is given."""

    def __init__(self, client, cwd, thread=None, **thread_start):
        self.client = client
        if thread is None:
            thread = client.ask("thread/start", {"cwd": str(cwd), **thread_start})["thread"]["id"]
        self.thread = thread
        self.id = client.ask("turn/start", {"threadId": thread})["turn"]["id"]
        self.ids = {"threadId": thread, "turnId": self.id}

    def next(self):
        """Another turn of the thread."""
        return Turn(self.client, None, self.thread)

    def start(self, command, **params):
        """Starts a command: a text, or words. Gives its item."""
        command = {"command": command} if isinstance(command, str) else {"argv": command}
        return self.client.ask("command/exec", {**self.ids, **command, **params})["itemId"]

    def run(self, command, **params):
        """Runs a command to its end; gives how it ended."""
        return self.client.completed(self.start(command, **params))

    def patch(self, *changes, **params):
        """Changes files; gives how that ended."""
        taken = self.client.ask("patch/apply", {**self.ids, "changes": list(changes), **params})
        return self.client.completed(taken["itemId"])

    def diff(self):
        """What the turn has changed."""
        return self.client.ask("turn/diff", self.ids)["diff"]

    def complete(self):
        """Ends it when all is done."""
        self.client.ask("turn/complete", self.ids)

    def interrupt(self):
        """Ends it now."""
        self.client.ask("turn/interrupt", self.ids)

    def decide(self, *decisions, method=COMMAND):
        """Answers the next questions by these, one after the other."""
        left = list(decisions)
        self.client.asked[method] = lambda params: {"decision": left.pop(0)}


def add(path, text):
    """A file that is made."""
    return {"path": str(path), "kind": {"type": "add"}, "diff": text}


def delete(path, text):
    """A file that is taken away."""
    return {"path": str(path), "kind": {"type": "delete"}, "diff": text}


def update(path, diff, to=None):
    """A file whose content is changed, and which may be moved."""
    kind = {"type": "update"} if to is None else {"type": "update", "move_path": str(to)}
    return {"path": str(path), "kind": kind, "diff": diff}
