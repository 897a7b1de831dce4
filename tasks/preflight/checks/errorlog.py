"""Errors in containers' logs: how many, in how short a time, and what the last one says."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct, field

from ...config.settings import Environment
from ...console.text import one_line
from ...console.units import stamp
from ...ssh.probe import Probe, single
from ...tools.compose import compose
from ...tools.secrets import Secrets

MINUTES = 15  # how far back the logs are read
BURST = 5  # errors within one minute that are more than an accident
# All patterns mean the same to grep -E and to Python.
LEVEL = r"(^|[^a-zA-Z0-9_])(ERROR|FATAL|CRITICAL|PANIC|EMERG|SEVERE)([^a-zA-Z0-9_]|$)"
LOUD = (
    rf"{LEVEL}"
    r'|Traceback \(most recent|panic:|"level": ?"(error|fatal|critical)"|HTTP/[0-9.]+" 5[0-9][0-9] '
)
REASON = r"^[^ ]+ ([A-Za-z_]+\.)+[A-Z][A-Za-z]+: |^[^ ]+ ([A-Z][A-Za-z]*)?(Error|Exception)(: |$)"
REASONED = re.compile(REASON)
CHAINED = r"^[^ ]+ (The above exception was the direct cause|During handling of the above exception)"
SAME = re.compile(f"{CHAINED}|{LEVEL}")  # a traceback right after it is of the same error
PROBING = '[^ "]*/(health|ready|readi|live(z|ness)|alive|ping)[a-z_-]*/?'  # what else is asked for its health


class Noise(Struct, frozen=True):
    """The errors in one container's log: when (seconds since the epoch), and the last one that names a reason."""

    container: str
    times: list[float] = field(default_factory=list)
    last: str = ""

    def since(self, moment: float) -> Noise:
        """Return what came after `moment`."""
        later = [t for t in self.times if t >= moment]
        return Noise(self.container, later, self.last if later else "")

    @property
    def reasoned(self) -> bool:
        """Whether the last one names a reason, as an exception does."""
        return bool(REASONED.search(f"- {self.last}"))

    @property
    def burst(self) -> int:
        """The most errors within one minute, if they are too many; else 0."""
        most = max((sum(1 for t in self.times if first <= t <= first + 60) for first in self.times), default=0)
        return most if most >= BURST else 0


def probe(environment: Environment) -> Probe[list[Noise]]:
    """Return the probe of the errors in each container's log; answers to health checks are none of them."""
    told = {"PATTERN": f"{LOUD}|{REASON}|{CHAINED}", "PROBES": probes(environment), "MINUTES": str(MINUTES)}
    return single(compose.call(environment, "reads/errors.sh", **told), lambda answer: parse(answer.out))


def probes(environment: Environment) -> str:
    """Return the pattern of the lines of access logs that are about a health address.

    Before its path a proxy may have put another; a character that patterns use stands for any.
    """
    known = {urlsplit(one.url).path or "/" for one in environment.health.addresses}
    paths = [path if path == "/" else f'[^ "]*{re.sub("[^a-zA-Z0-9/_~%-]", ".", path)}' for path in sorted(known)]
    return f'"[A-Z]+ ({"|".join([*paths, PROBING])})([?][^ "]*)? HTTP/'


def parse(out: str) -> list[Noise]:
    """Return what errors.sh printed, by container."""
    parts = (part.partition("\n") for part in f"\n{out}".split("\n= /")[1:])
    return [_noise(name.strip(), [line.partition(" ")[::2] for line in text.splitlines()]) for name, _, text in parts]


def _noise(container: str, lines: list[tuple[str, str]]) -> Noise:
    reasons = [text for _, text in lines if REASONED.search(f"- {text}")]
    loud = [
        (at, text) for (at, text), before in zip(lines, [("", ""), *lines], strict=False) if _begins(text, before[1])
    ]
    last = (reasons or [text for _, text in loud] or [""])[-1]
    return Noise(container, sorted(stamp(at) for at, _ in loud), Secrets([]).mask(one_line(last)))


def _begins(text: str, before: str) -> bool:
    """Return whether a line is the first of an error: not its reason, nor a traceback that another announced."""
    if re.search(CHAINED, f"- {text}"):
        return False
    announced = SAME.search(f"- {before}") or before.startswith("Traceback")
    return not (announced and (text.startswith("Traceback") or REASONED.search(f"- {text}")))
