"""A flow: what a host does with the server, tried against the real one."""

import functools
import os
import subprocess

from world import BINARY, World

FLOWS = {}


class Flow:
    """A named function of a world."""

    def __init__(self, act, needs, is_recorded):
        self.name = act.__name__
        self.act, self.needs, self.is_recorded = act, needs, is_recorded

    def lacks(self):
        """Why this host, or this user, cannot do it; or `None`."""
        return next((why for why in (need() for need in self.needs) if why), None)

    def run(self):
        """Does it; gives what was said."""
        with World() as world:
            self.act(world)
            for server in world.servers:
                for client in server.clients:
                    client.check()
            return world.transcript.text()


def flow(*needs, is_recorded=True):
    """Makes a function of a world a flow. What is said in it is recorded, unless its order is chance."""
    def named(act):
        FLOWS[act.__name__] = Flow(act, needs, is_recorded)
        return act
    return named


@functools.cache
def confined():
    """Commands run in the sandbox."""
    tried = subprocess.run([BINARY, "sandbox", "--", "true"], cwd="/var/tmp", capture_output=True, check=False)
    return None if tried.returncode == 0 else "this host does not confine"


def root():
    """The flow becomes another user."""
    return None if os.geteuid() == 0 else "only root can be somebody else"
