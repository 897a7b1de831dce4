"""The terminal pictures of the site, taken from real runs on hosts of the sandbox: `python -m docs.pictures`.

Each is what a terminal of 100 columns shows at the end, the operator's answers included; written to docs/pictures.
"""

from __future__ import annotations

import fcntl
import io
import itertools
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

from sandbox.host import Host
from sandbox.variant import Variant

FOLDER = Path(__file__).parent / "pictures"
FAB = Path(sys.executable).parent / "fab"
WIDTH, HEIGHT = 100, 250  # columns; lines, more than any picture has
SHOWN = 60  # lines of a picture; what is longer is cut
QUESTION = b"[y/N] "
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # would be fetched from elsewhere
COLOURS = {"brown": "yellow"}  # as pyte calls it


def main() -> None:
    """Take the pictures: a plan, a run, its report, and a refusal with its ways out."""
    host = Host.up("pictures")
    host.reset()
    good = host.releases["v2"][:7]
    take("plan", host, "full-rollback", "--commit", good, "--plan")
    take("run", host, "full-rollback", "--commit", good)
    take("report", host, "incident.report")
    host.down()
    host = Host.up("pictures-fail", Variant(downgrade_raises=True))
    host.reset()
    take("failure", host, "full-rollback", "--commit", host.releases["v2"][:7], "--no-rehearse", code=2)
    host.down()


def take(name: str, host: Host, *words: str, code: int = 0) -> None:
    """Run `fab` with `words` at a terminal of its own, and write down what is left on it.

    Raises SystemExit where it does not end with `code`: that is no picture of what it should show.
    """
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.ByteStream(screen)
    stream.feed(f"$ fab {' '.join(words)}\r\n".encode())
    ended, seen = shown([str(FAB), *words], {"ROLLBACK_ENV": "sandbox", "SANDBOX_PORT": str(host.port)})
    stream.feed(seen)
    if ended != code:
        raise SystemExit(f"{name}: fab ended with {ended}, not with {code}:\n{seen.decode(errors='replace')}")
    (FOLDER / f"{name}.svg").write_text(drawn(screen, f"fab {words[0]}"), encoding="utf-8")


def shown(command: list[str], variables: dict[str, str]) -> tuple[int, bytes]:
    """Return how a command ends, and what it writes on its terminal; a question is answered with yes."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    environment = {**os.environ, **variables, "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True) as fab:
        os.close(its)
        seen = b"".join(_read(ours))
    return fab.returncode, seen


def _read(terminal: int) -> list[bytes]:
    found = []
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:  # the command has ended
            return found
        found.append(some)
        if some.endswith(QUESTION):
            os.write(terminal, b"y\n")


def drawn(screen: pyte.Screen, title: str) -> str:
    """Return the screen as a picture: SVG, without what is empty below."""
    lines = [_line(screen, number) for number in range(HEIGHT)]
    while not lines[-1].plain:
        lines.pop()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines[:SHOWN]:
        console.print(line, no_wrap=True)
    return FONT.sub("", console.export_svg(title=title, theme=MONOKAI))


def _line(screen: pyte.Screen, number: int) -> Text:
    line = Text()
    for style, chars in itertools.groupby((screen.buffer[number][n] for n in range(WIDTH)), key=_style):
        line.append("".join(char.data for char in chars), style)
    line.rstrip()
    return line


def _style(char: pyte.screens.Char) -> Style:
    return Style(color=_colour(char.fg), bold=char.bold, italic=char.italics)


def _colour(name: str) -> str | None:
    """Return a colour of pyte's as Rich calls it; None: the terminal's own."""
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else COLOURS.get(name, name.replace("bright", "bright_"))


if __name__ == "__main__":
    main()
