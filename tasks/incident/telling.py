"""The team is told by itself of what a playbook does: of those turns that hosts.yaml names in notify.on."""

from __future__ import annotations

import contextlib
import threading

from ..console import terminal
from ..console.text import one_line
from ..engine import journal
from ..engine.plan import Plan
from ..engine.world import Turn
from ..preflight.deployment import DeploymentWorld
from ..ssh.host import Host
from ..tools import secrets
from ..tools.secrets import Secrets
from . import news, notify
from .news import News
from .notify import Sent

WAIT = 20  # seconds that a message may take once the run is over


class Deployment(DeploymentWorld):
    """A deployment whose people are told. What is told of the start is on its way while the run goes on."""

    def __init__(self) -> None:
        self._on_their_way: list[Message] = []

    def tell(self, host: Host, plan: Plan, turn: Turn) -> None:
        """Tell those who want to know of a turn; what goes wrong with that is said, and never an error."""
        notices = host.environment.notices
        wanted = bool(notices.addresses) and turn.kind in notices.on and "." not in plan.task
        try:
            if wanted:
                told = news.of_turn(host, plan, turn, _hidden(host, turn))
                self._on_their_way.append(Message(notices.addresses, told, turn.kind))
            if turn.kind != "start":
                self._arrived(host, plan)
        except Exception as error:  # nobody's run fails because of a message
            terminal.say(f"! notify: nobody could be told: {one_line(str(error))}", style="yellow")

    def _arrived(self, host: Host, plan: Plan) -> None:
        """Wait for all messages, say which did not arrive, and note the others in the run's journal."""
        messages, self._on_their_way = self._on_their_way, []
        for message in messages:
            sent = message.wait()
            wrong = "; ".join(f"{one.to}: {one.why}" for one in sent if not one.ok)
            if wrong or not sent:
                why = f": {wrong}" if sent else f" was not sent within {WAIT} s"
                terminal.say(f"! notify: the message of the {message.kind}{why}", style="yellow")
            if good := sum(one.ok for one in sent):
                _note(host, plan, f"{message.kind}: {good} of {len(sent)} addresses")


class Message:
    """A message on its way to all addresses; its thread is a daemon: a run that is over does not wait for it."""

    def __init__(self, addresses: list[str], told: News, kind: str) -> None:
        self.kind = kind
        self._sent: list[Sent] = []
        self._thread = threading.Thread(target=self._send, args=(addresses, told), daemon=True)
        self._thread.start()

    def _send(self, addresses: list[str], told: News) -> None:
        self._sent = notify.send(addresses, told.title, told.text)

    def wait(self) -> list[Sent]:
        """Return what became of it at each address, after WAIT seconds at most; empty: it is still on its way."""
        self._thread.join(WAIT)
        return self._sent


def _hidden(host: Host, turn: Turn) -> Secrets:
    """Return what may not be told: why a run failed may quote a value of the deployment."""
    if turn.kind == "failure":
        with contextlib.suppress(Exception):
            found: Secrets = host.ask(secrets.probe(host.environment), timeout=10)
            return found
    return Secrets([])


def _note(host: Host, plan: Plan, what: str) -> None:
    with contextlib.suppress(Exception):
        host.sh(journal.note(journal.folder(host.environment, plan.run), "notified", what=what), timeout=20)
