"""What a person sees while the sandbox works: one line per step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show ``title`` with a spinner while the block runs, then a line saying how long it took."""
    began = time.monotonic()
    try:
        with console.status(f"{title} ..."):
            yield
    except BaseException:
        console.print(f"[red]✗[/] {title}  [dim]{time.monotonic() - began:.1f} s[/]")
        raise
    console.print(f"[green]✓[/] {title}  [dim]{time.monotonic() - began:.1f} s[/]")


def fail(message: str) -> NoReturn:
    """Print an error the way every verb ends badly: red, on stderr, without a traceback."""
    console.print(f"sandbox: {message}", style="red", markup=False, soft_wrap=True)
    sys.exit(1)
