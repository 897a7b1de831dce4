"""What may stand in hosts.yaml: patterns of values, what each means in words, and mappings without unknown keys."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

# No value can pass for an option of the command it ends up in, or break a line.
TEXT = r"^(?!-)[^\x00-\x1f\x7f]+\Z"
PROJECT = r"^[a-z0-9][a-z0-9_-]*\Z"
URL = r"^https?://[^\s\x00-\x1f\x7f]+\Z"
HOST_NAME = r"^[A-Za-z0-9._:\[\]-]*\Z"
LINE = r"^[^\x00-\x1f\x7f]*\Z"
SERVICE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z"
PLACE = r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+|/[^\x00-\x1f\x7f:]*)(:[0-9]{1,5})?\Z"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*\Z"
AGE = r"^[1-9][0-9]{0,4}[hd]\Z"
DURATION = r"^[1-9][0-9]{0,5}[smhd]\Z"
TURN = r"^(start|success|failure)\Z"
COMMAND = r"^(auto|docker-compose|docker compose)\Z"
WHERE = r"^(host|local)\Z"
ROLLING = r"^([1-9][0-9]?%|100%|all)\Z"
ORCHESTRATOR = r"^(compose|swarm)\Z"
ALLOWED = {
    TEXT: "text on one line that begins with no dash",
    URL: "an http:// or https:// address",
    HOST_NAME: "the name of a host, with a port if need be",
    LINE: "text on one line",
    SERVICE: "the name of a compose service",
    PROJECT: "the name of a compose project: small letters, digits, dashes and underscores",
    PLACE: "HOST, HOST:PORT, or the folder of a socket",
    VARIABLE: "the name of a variable",
    AGE: "hours or days, as in 26h or 2d",
    DURATION: "seconds, minutes, hours or days, as in 90s, 10m, 24h or 2d",
    TURN: "start, success or failure",
    WHERE: "host or local",
    ROLLING: "how many hosts, such as 1 or 25%, or all",
    ORCHESTRATOR: "compose or swarm",
    COMMAND: "auto, docker-compose or docker compose",
}
"""What each pattern means, in the words of an error."""

Text = Annotated[str, Meta(pattern=TEXT)]
Url = Annotated[str, Meta(pattern=URL)]
HostName = Annotated[str, Meta(pattern=HOST_NAME)]
Line = Annotated[str, Meta(pattern=LINE)]
Service = Annotated[str, Meta(pattern=SERVICE)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Duration = Annotated[str, Meta(pattern=DURATION)]
Seconds = Annotated[int, Meta(ge=1, le=86400)]
Rolling = Annotated[int, Meta(ge=1)] | Annotated[str, Meta(pattern=ROLLING)]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mapping of hosts.yaml; keys it does not name are errors."""
