"""What a health address answers, asked on the host."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ...config.settings import Address
from ...ssh import scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer, Word
from ..secrets import Secrets
from . import body

SECONDS = 5  # that an answer may take
QUICK = 2  # the same for one that is asked again and again
ALL_ANSWER = Word('"$SCRIPTS/tools/http/all-answer.sh"')
LONGEST = 160  # characters of what an answer says
SEPARATOR = "\x1f"  # between the fields of a line; no value of hosts.yaml holds it


class Response(Struct, frozen=True):
    """What a health address, as it is shown, answered; `code` 0: nothing did. `lacks`: the text that was not in it.

    `said` is the line of its body that tells most, where it is not as it should be.
    """

    url: str
    code: int
    wanted: int = 200
    lacks: str = ""
    said: str = ""

    @property
    def ok(self) -> bool:
        """Whether it answered as it should."""
        return self.code == self.wanted and not self.lacks

    @property
    def found(self) -> str:
        """What it answered, and what is wrong with that."""
        if not self.code:
            return "no answer"
        if self.ok:
            return str(self.code)
        other = f", not {self.wanted}" if self.wanted != 200 else ""
        how = f"{self.code}, without {self.lacks!r}" if self.code == self.wanted else f"{self.code}{other}"
        return f"{how}: {self.said}" if self.said else how

    def told(self, hidden: Secrets) -> Response:
        """Return it without what is secret in what was said, and that no longer than a line."""
        line = hidden.mask(self.said)
        return replace(self, said=line if len(line) <= LONGEST else f"{line[:LONGEST]}...")


def command(address: Address, read: int = 0) -> str:
    """Return a command that prints the HTTP status of `address`, or 000, and the first `read` bytes of its body."""
    insecure = "insecure" if address.insecure else ""
    words = (str(SECONDS), address.host, insecure, address.contains, *([str(read)] if read else []))
    stay = "yes" if 300 <= address.status < 400 else ""  # the way on is what is wanted
    return scripts.call("tools/http/fetch.sh", *words, URL=address.url, STAY=stay)


def lines(addresses: Iterable[Address]) -> str:
    """Return what all-answer.sh takes for `URLS`."""
    return "\n".join(map(_line, addresses))


def _line(one: Address) -> str:
    fields = (str(one.status), one.url, one.host, "insecure" if one.insecure else "", one.contains)
    return SEPARATOR.join(fields)


def response(address: Address) -> Probe[Response]:
    """Return the probe of a health address; what it says is not `told` yet, and may hold secrets."""
    return single(command(address, read=body.READ), lambda answer: _response(address, answer))


def _response(address: Address, answer: Answer) -> Response:
    first, _, text = answer.out.partition("\n")
    code, _, lacks = first.strip().partition(" ")
    number = int(code) if code.isdigit() else 0
    found = Response(address.shown, number, address.status, address.contains if lacks else "")
    return found if found.ok else replace(found, said=body.telling(text))
