"""Which of the backups that were found is meant, and which may go."""

from __future__ import annotations

from . import backup_files
from .backup_files import Found


def latest(found: list[Found], database: str) -> tuple[Found | None, str]:
    """Return the newest backup of a database, and why it is that; of others only where none says that it is of this."""
    readable = [one for one in found if not one.owner and one.ours is not False]
    of_it = [one for one in readable if one.ours] or readable
    chosen = next(iter(of_it), None)
    if chosen is None:
        return None, ""
    why = [f"the newest of {len(of_it)} that {'are' if chosen.ours else 'may be'} of {database}"]
    newer = [one for one in found if one.taken > chosen.taken]
    why += [f"{one.path} is newer, but {_passed_over(one)}" for one in newer]
    return chosen, "; ".join(why)


def _passed_over(one: Found) -> str:
    if one.owner:
        return one.verdict
    return "of another database" if one.ours is False else "says of no database"


def to_prune(found: list[Found], folder: str, database: str, keep: int) -> list[Found]:
    """Return the backups to remove: of those that `backups.create` made, and of those that were fetched, all but the
    KEEP newest.

    The newest one of each that is known to be whole stays as well, however old.
    """
    made = [f for f in found if backup_files.ours(f.name, database) and f.path == f"{folder.rstrip('/')}/{f.name}"]
    return [*_surplus(made, keep), *_surplus([f for f in found if f.brought], keep)]


def _surplus(found: list[Found], keep: int) -> list[Found]:
    safe = next((f for f in found if f.good), None)
    return [f for f in found[max(keep, 1) :] if f is not safe]
