"""Command line: ``python -m bench [recovery|orchestration|restore|growth|startup ...] [--repeat N]``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from sandbox.shell import SandboxError

from . import machine, report, stage
from .figures import MeasurementError

KINDS = ["recovery", "orchestration", "restore", "growth", "startup"]


def main() -> int:
    """Measure what was asked for (all without arguments), and write RESULTS.md."""
    parser = argparse.ArgumentParser("python -m bench", description="Side-by-side measurements, into bench/RESULTS.md.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"what to measure: {', '.join(KINDS)}; all without")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each (5)")
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"not known: {', '.join(unknown)}")
    stage.WORK.mkdir(exist_ok=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # everybody starts as on an ordinary machine
    try:
        for kind in options.kinds or KINDS:
            _measure(kind, options.repeat)
    except (MeasurementError, SandboxError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        stage.leave()
    return 0


def _measure(kind: str, repeat: int) -> None:
    """Measure one kind and write the report anew: what was measured stays, should a later one fail."""
    print(kind, flush=True)
    machine.calm()
    begun, busy = machine.load(), machine.busy()
    tables = importlib.import_module(f".{kind}", __package__).measure(repeat)
    report.keep(kind, tables, machine.description(stage.host()), repeat, (begun, machine.load()), busy)
    print(report.write(KINDS))


if __name__ == "__main__":
    sys.exit(main())
