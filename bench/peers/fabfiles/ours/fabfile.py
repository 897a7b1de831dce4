"""This library's own connection, under the same trivial commands."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
from tasks.api import task


@task
def trivial(c, count="7"):
    """Run `true` on the host."""
    for _ in range(int(count)):
        c.sh("true")
