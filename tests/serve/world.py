"""Where a flow takes place: directories of its own, a server that it starts, and what runs on the machine."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

from client import Client, SocketStream
from transcript import Transcript

BINARY = os.environ["EXECPOLICY"]
SCHEMA = os.environ["SCHEMA"]
PLACE = os.environ.get("PLACE")

# What the flows' commands meet, beside the built-in policy.
RULES = """
prefix_rule(pattern = ["touch", "asked.txt"], decision = "prompt", justification = "the flows ask about it")
prefix_rule(pattern = ["expr", "never"], decision = "forbidden", justification = "the flows never say it")
prefix_rule(pattern = ["sleep"], decision = "allow")
network_rule(host = "allowed.example", protocol = "https", decision = "allow")
network_rule(host = "denied.example", protocol = "https", decision = "deny", justification = "the flows stay away")
"""


class World:
    """Directories and processes of one flow. Leaving it ends all servers that it started."""

    def __init__(self):
        # Not below `/tmp`, which is a command's own.
        self.root = pathlib.Path(PLACE or tempfile.mkdtemp(prefix="serve", dir="/var/tmp")).resolve()
        self.work, self.home = self.root / "work", self.root / "home"
        self.config = self.home / ".config" / "execpolicy"
        self.state = self.home / ".local" / "state" / "execpolicy"
        for path in (self.work, self.home, self.config):
            path.mkdir(parents=True)
        self.rules = self.root / "flows.codexpolicy"
        self.rules.write_text(RULES)
        self.servers = []
        # In the words of commands, to find them by.
        self.marker = uuid.uuid4().hex
        self.transcript = Transcript([(str(self.root), "/r"), (self.marker, "MARKER")])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.end()
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, name, text):
        """A file of the work tree."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def script(self, name, text):
        """An executable file of the work tree."""
        path = self.write(name, text)
        path.chmod(0o755)
        return path

    def server(self, *arguments, on_socket=False):
        """Starts a server."""
        server = Server(self, arguments, on_socket)
        self.servers.append(server)
        return server

    def client(self, *arguments, name="client"):
        """Starts a server on standard input and output, and greets it."""
        client = self.server(*arguments).client(name)
        client.initialize()
        return client

    def running(self):
        """The processes that have the marker in their words."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                words = pathlib.Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if self.marker.encode() in words:
                found.append(int(entry))
        return found

    def wait_until(self, is_so, what, patience=30.0):
        """Waits until it is so."""
        end = time.monotonic() + patience
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"it never came true: {what}")
            time.sleep(0.02)

    def expect_nothing_runs(self, patience=10.0):
        """Fails if a marked process stays."""
        self.wait_until(lambda: not self.running(), f"nothing runs any more of {self.running()}", patience)


class Server:
    """A running server."""

    def __init__(self, world, arguments, on_socket):
        self.world = world
        self.path = world.root / "socket" if on_socket else None
        words = [BINARY, "serve", "-r", str(world.rules), *arguments]
        if on_socket:
            words += ["--socket", str(self.path)]
        self.errors = open(world.root / "errors", "ab")
        self.process = subprocess.Popen(
            words, cwd=world.work, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(world.home), "LANG": "C.UTF-8"},
        )
        self.clients = []
        if on_socket:
            world.wait_until(self._listens, "the socket is there")

    def _listens(self):
        try:
            SocketStream(self.path).shutdown()
        except OSError:
            return False
        return True

    def client(self, name="client", is_recorded=True):
        """A new connection; of standard input and output there is one."""
        if self.path is None:
            reader, writer = self.process.stdout, self.process.stdin
        else:
            reader = writer = SocketStream(self.path)
        transcript = self.world.transcript if is_recorded else None
        client = Client(reader, writer, SCHEMA, name, transcript)
        self.clients.append(client)
        return client

    def kill(self):
        """Ends it at once, as the kernel does when memory is short."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self, patience=60):
        """Asks it to end; gives its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)

    def resident(self):
        """Bytes of memory that it has."""
        for line in pathlib.Path("/proc", str(self.process.pid), "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def end(self):
        """Ends it, whatever it does, and fails if it said what its schema does not have."""
        for client in self.clients:
            client.is_reading.set()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        self.errors.close()
