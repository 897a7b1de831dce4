"""Plain data made typed, by one thread at a time.

msgspec learns a type when it first meets it. Where a second thread meets it meanwhile, as the hosts of a fleet do, the
interpreter crashes. It may also crash where it ends, when it collects types that hold a `Meta` (msgspec's issue 717):
a task that had done all it should ended with a signal. Nothing is collected then.
"""

from __future__ import annotations

import atexit
import gc
import json
import threading
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_ONE_AT_A_TIME = threading.RLock()
atexit.register(gc.freeze)


def convert(value: Any, kind: type[T], *, strict: bool = True) -> T:
    """Return `value` as a `kind`, as msgspec.convert does; raise msgspec.ValidationError where it is none."""
    with _ONE_AT_A_TIME:
        return msgspec.convert(value, kind, strict=strict)


def json_lines(text: str, kind: type[T]) -> list[T]:
    """Return what the lines of `text` hold, one each; a line that is torn, or holds something else, is passed over."""
    found = []
    for line in text.splitlines():
        with suppress(ValueError, msgspec.ValidationError):
            found.append(convert(json.loads(line), kind))
    return found
