"""What a health address answers, asked on the host."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ...config.settings import Address
from ...ssh import scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, Word

SECONDS = 5  # that an answer may take
QUICK = 2  # the same for one that is asked again and again
ALL_ANSWER = Word('"$SCRIPTS/tools/http/all-answer.sh"')
SEPARATOR = "\x1f"  # between the fields of a line; no value of hosts.yaml holds it


class Response(Struct, frozen=True):
    """What a health address, as it is shown, answered; `code` 0: nothing did. `lacks`: the text that was not in it."""

    url: str
    code: int
    wanted: int = 200
    lacks: str = ""

    @property
    def ok(self) -> bool:
        """Whether it answered as it should."""
        return self.code == self.wanted and not self.lacks

    @property
    def found(self) -> str:
        """What it answered, and what is wrong with that."""
        if not self.code:
            return "no answer"
        if self.code == self.wanted:
            return f"{self.code}, without {self.lacks!r}" if self.lacks else str(self.code)
        return str(self.code) if self.wanted == 200 else f"{self.code}, not {self.wanted}"


def command(address: Address, seconds: int = SECONDS) -> str:
    """Return a command that prints the HTTP status of `address`; 000 for no answer within `seconds`."""
    insecure = "insecure" if address.insecure else ""
    words = (str(seconds), address.host, insecure, address.contains)
    return scripts.call("tools/http/fetch.sh", *words, URL=address.url)


def lines(addresses: Iterable[Address]) -> str:
    """Return what all-answer.sh takes for `URLS`."""
    return "\n".join(map(_line, addresses))


def _line(one: Address) -> str:
    fields = (str(one.status), one.url, one.host, "insecure" if one.insecure else "", one.contains)
    return SEPARATOR.join(fields)


def response(address: Address) -> Probe[Response]:
    """Return the probe of a health address."""
    return single(command(address), lambda answer: _response(address, answer))


def _response(address: Address, answer: Answer) -> Response:
    code, _, lacks = answer.out.strip().partition(" ")
    number = int(code) if code.isdigit() else 0
    return Response(address.shown, number, address.status, address.contains if lacks else "")
