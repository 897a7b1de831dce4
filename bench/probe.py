"""What a user of the application sees: its health address asked every 20 ms, from outside of `fab`."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass

from sandbox.host import Host

# One shell for all polls, ended by the end of its input. It runs on the host, since the address is the host's own.
POLL = r"""
trap '' PIPE
while :; do
  code=0 release=-
  if { exec 3<>/dev/tcp/127.0.0.1/8000; } 2>/dev/null; then
    { printf 'GET /health HTTP/1.0\r\n\r\n' >&3; } 2>/dev/null
    while { read -r -t 2 -u 3 line || [ -n "$line" ]; } 2>/dev/null; do
      case $line in
        HTTP/*) set -- $line; code=$2 ;;
        *'"release": "'*) r=${line#*'"release": "'}; release=${r%%'"'*} ;;
      esac
    done
    exec 3>&-
  fi
  echo "$EPOCHREALTIME $code $release"
  read -r -t 0.02; [ $? -gt 128 ] || exit
done
"""


@dataclass(frozen=True)
class Poll:
    """One answer: `at` in seconds of the clock, `code` 0 for none."""

    at: float
    code: int
    release: str


class Prober:
    """Asks for as long as the `with` block lasts."""

    def __init__(self, host: Host) -> None:
        self.host, self.polls = host, []

    def __enter__(self) -> Prober:
        command = ["docker", "exec", "-i", self.host.container, "bash", "-c", POLL]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.wait_for(lambda poll: True, 20)
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.reader.join(10)

    def _read(self) -> None:
        for line in self.process.stdout:
            at, code, release = line.split()
            self.polls.append(Poll(float(at), int(code), release))

    def wait_for(self, wanted, seconds: float) -> Poll:
        """Return the first poll that is `wanted`; raise RuntimeError when none came in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := next(filter(wanted, list(self.polls)), None):
                return found
            time.sleep(0.05)
        raise RuntimeError(f"not seen in {seconds} s; last: {self.polls[-1:]}")


def good(release: str, since: float):
    """Return the condition that a poll after `since` is a 200 of `release`."""
    return lambda poll: poll.at > since and poll.code == 200 and poll.release == release


def outage(polls: list[Poll], since: float, until: float) -> float:
    """Return the seconds, all gaps together, in which neither the old nor the new release answered."""
    seconds, silent = 0.0, None
    for poll in (p for p in polls if since <= p.at <= until):
        if poll.code == 0:
            silent = silent or poll.at
        elif silent:
            seconds, silent = seconds + poll.at - silent, None
    return seconds
