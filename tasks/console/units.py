"""Sizes, ages and times as people read them: decimal units, and UTC everywhere, which is said."""

from __future__ import annotations

import calendar
import time

SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))  # decimal, as disks are sold
AGES = ((86400, "day"), (3600, "hour"), (60, "minute"))
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
UNKNOWN = "at an unknown time"


def size(count: float) -> str:
    """Return a size in bytes as `1.5 GB`."""
    unit, name = next(((u, n) for u, n in SIZES if count >= u), (1, ""))
    return f"{count / unit:.1f} {name}" if name else f"{count:.0f} bytes"


def age(seconds: float) -> str:
    """Return a length of time as `3 hours`, in the largest unit of which there are two."""
    unit, name = next(((u, n) for u, n in AGES if seconds >= 2 * u), (1, "second"))
    return counted(int(max(seconds, 0) // unit), name)


def lasting(seconds: float) -> str:
    """Return how long something took, as `9.3 s`; from two minutes on as an age."""
    return f"{seconds:.1f} s" if seconds < 120 else age(seconds)


def seconds(duration: str) -> int:
    """Return the seconds of a duration as hosts.yaml writes it, `10m`."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def counted(number: int, name: str) -> str:
    """Return `1 commit`, `2 commits`."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def moment(at: float | None) -> str:
    """Return a time, in seconds since the epoch, as `2026-01-02 03:04:05 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at)) if at else UNKNOWN


def clock(at: float) -> str:
    """Return the time of the day of a time, in seconds since the epoch, as `03:04:05` (UTC)."""
    return time.strftime("%H:%M:%S", time.gmtime(at))


def stamp(docker_time: str) -> float:
    """Return a time as the Docker engine writes it (UTC) in seconds since the epoch; 0 for what is none."""
    try:
        return calendar.timegm(time.strptime(docker_time[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return 0.0
