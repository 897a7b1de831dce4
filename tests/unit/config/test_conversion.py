"""Plain data become typed in several threads at once, as the answers of a fleet's hosts do."""

from __future__ import annotations

import subprocess
import sys

from tests.unit.test_house import FILES, calls, name, nodes

# A type is dangerous only while it is new, so that many are made; the interpreter changes threads as often as it can.
MEETING = """
import sys, threading, typing, msgspec
from tasks.config.conversion import convert
sys.setswitchinterval(1e-6)
Text = typing.Optional[typing.Annotated[str, msgspec.Meta(min_length=0)]]
for n in range(150):
    inner = msgspec.defstruct(f"Inner{n}", [(f"f{i}", Text, None) for i in range(30)])
    kind = msgspec.defstruct(f"Outer{n}", [("a", inner), ("b", typing.List[inner])])
    meeting, found = threading.Barrier(4), []
    def meet():
        meeting.wait()
        found.append(convert({"a": {"f1": "x"}, "b": [{"f29": "y"}]}, kind).b[0].f29)
    threads = [threading.Thread(target=meet) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == ["y"] * 4, found
"""


def test_threads_that_meet_a_type_for_the_first_time_at_once_do_not_crash_the_interpreter():
    done = subprocess.run([sys.executable, "-c", MEETING], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_else_asks_msgspec_for_a_type():
    asking = {"msgspec.convert", "json.decode"}
    typed = {name(f) for f in FILES if (calls(f) & asking or _imports_convert(f)) and f.name != "conversion.py"}
    assert typed == set()


def _imports_convert(file) -> bool:
    found = (node for node in nodes(file) if getattr(node, "module", "") == "msgspec")
    return any(alias.name in ("convert", "json") for node in found for alias in node.names)


def test_nothing_is_collected_where_the_interpreter_ends():
    ending = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count())); import tasks"
    done = subprocess.run([sys.executable, "-c", ending], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10_000  # what `import tasks` made
