"""What a host's own words mean, and what to do about it."""

from __future__ import annotations

import re

from ..console.commands import HOSTS_FILE, fab
from ..console.text import last_line, one_line
from ..ssh.shell import NOT_REACHED, Answer

MEANINGS = (
    (
        r"permission denied.*docker|docker.*permission denied",
        "the login may not use Docker: sudo usermod -aG docker LOGIN on the host, then log in anew; "
        f"or compose.sudo: true in {HOSTS_FILE}",
    ),
    (
        r"cannot connect to the docker daemon|is the docker daemon running",
        "the Docker engine does not answer: sudo systemctl start docker on the host",
    ),
    (
        r"'compose' is not a docker command|unknown (shorthand )?flag|docker-compose: (command )?not found",
        f"there is no compose on the host: install docker-compose, or check compose.command in {HOSTS_FILE}",
    ),
    (
        r"docker: (command )?not found|failed to run command .docker.: no such",
        "there is no docker on the host: install it",
    ),
    (r"git: (command )?not found", "there is no git on the host: install it"),
    (r"neither curl nor wget", "there is no curl, wget or python3 on the host, to ask its health: install one of them"),
    (r"not a git repository", f"app.path in {HOSTS_FILE} is not a git checkout"),
    (r"cannot change to '|can't cd to|cd: .*no such file", f"app.path in {HOSTS_FILE} is no folder on the host"),
    (r"the database container .* is not running", rf"\g<0>: {fab('containers.start')}"),
    (r"container \S+ is restarting", f"a container ends and is started again and again: {fab('diagnose')}"),
    (r"role \"[^\"]*\" does not exist", rf"\g<0>: database.user in {HOSTS_FILE} names it"),
    (r"database \"[^\"]*\" does not exist", rf"\g<0>: database.name in {HOSTS_FILE} names it"),
    (
        r"dubious ownership",
        "the checkout is another login's: git config --global --add safe.directory FOLDER there",
    ),
)


def meaning(answer: Answer) -> str:
    """Return one line for a command that failed: what its words mean and what to do, or its last words."""
    said = answer.err or answer.out.strip()
    for pattern, remedy in MEANINGS:
        if found := re.search(pattern, said, re.IGNORECASE):
            return one_line(found.expand(remedy))
    if said:
        return last_line(said).replace("in hosts.yaml", f"in {HOSTS_FILE}")  # as scripts say
    return "did not get its turn" if answer.code == NOT_REACHED.code else f"exit code {answer.code}"
