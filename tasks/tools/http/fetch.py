"""What a health address answers, asked on the host."""

from __future__ import annotations

from msgspec import Struct

from ...ssh import scripts
from ...ssh.probe import Probe, single
from ...ssh.shell import Answer

SECONDS = 5  # that an answer may take


class Response(Struct, frozen=True):
    """What a health address answered; `code` 0: nothing did."""

    url: str
    code: int


def command(url: str, seconds: int = SECONDS) -> str:
    """Return a command that prints the HTTP status of `url`; 000 for no answer within `seconds`."""
    return scripts.call("tools/http/fetch.sh", url, str(seconds))


def response(url: str) -> Probe[Response]:
    """Return the probe of a health address."""
    return single(command(url), lambda answer: Response(url, _code(answer)))


def _code(answer: Answer) -> int:
    text = answer.out.strip()[-3:]
    return int(text) if text.isdigit() else 0
