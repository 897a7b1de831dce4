"""What became of one step of a run: by the journal, and by what lies beside it."""

from __future__ import annotations

from msgspec import Struct

from .journaled import Entry
from .plan import Step


class StepStatus(Struct, frozen=True, kw_only=True):
    """One step of a run on one host; times are the host's.

    `state` is waiting, running, done, failed or cut off; or not known, where it began `elsewhere`, on a host whose
    place this one can take, and its end was not told.
    """

    name: str
    title: str
    commands: tuple[str, ...]
    state: str
    tries: int = 0
    code: int | None = None
    began: float | None = None
    ended: float | None = None
    elsewhere: bool = False

    @property
    def seconds(self) -> float | None:
        """How long the last try took, if it ended; None as well where the host's clock was set meanwhile."""
        if self.began is None or self.ended is None or self.began > self.ended:
            return None
        return round(self.ended - self.began, 2)


def status_of(name: str, step: Step, entries: list[Entry], tries: list[list[str]]) -> StepStatus:
    """Return what became of the step that is called `name` there, by the journal and the lines of list-tries.sh."""
    own = [words for words in tries if words[0].rpartition(".")[0] == name]
    own.sort(key=lambda words: int(words[0].rpartition(".")[2]))
    times = {e["event"]: e.get("at") for e in entries if e.get("step") == name and e.get("try") == len(own)}
    words = own[-1] if own else []
    return StepStatus(
        name=name,
        title=step.title,
        commands=step.commands,
        state=_state(words),
        tries=len(own),
        code=int(words[2]) if len(words) > 2 and words[2].isdigit() else None,
        began=times.get("begin"),
        ended=times.get("end"),
        elsewhere=words[1:2] == ["elsewhere"],
    )


def _state(words: list[str]) -> str:
    if not words:
        return "waiting"
    if len(words) > 2:
        return "done" if words[2] == "0" else "failed"
    return {"alive": "running", "elsewhere": "not known"}.get(words[1], "cut off")
