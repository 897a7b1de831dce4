"""Before the day: everything that a rollback, a restore and their undo will need, and how what is missing is mended."""

from __future__ import annotations

from collections import Counter

from msgspec import to_builtins

from ..console import terminal as console
from ..console.errors import Failed
from ..console.units import counted
from ..incident import notify as messages
from ..preflight.needs import gathering
from ..preflight.needs.need import Need
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from .declare import task

BY_WEIGHT = ("ok", "doubtful", "missing")  # what matters most stands last, where a small terminal shows it
TEST = "A test: fab check asks whether messages arrive here. Nothing has happened."


@task(help={"notify": "send one test message to the addresses of notify in hosts.yaml"})
def check(c: Host, notify: bool = False, json: bool = False) -> dict[str, list[Need]]:
    """Check all that a rollback, a restore and their undo will need; exit 1 when anything is missing."""
    told = _test(c) if notify else None
    judged = parallel_map(c.fleet, lambda member: gathering.judged(member, told))
    found = {member.address: needs for member, needs in zip(c.fleet, judged, strict=True)}
    lacking = [need.name for needs in found.values() for need in needs if need.state == "missing"]
    if not console.emit_json({"ok": not lacking, "hosts": to_builtins(found)}):
        for address, needs in found.items():
            show(f"{c.environment.name} ({address})", needs)
    if lacking:
        raise Failed(f"{c.environment.name}: {len(lacking)} missing: {', '.join(dict.fromkeys(lacking))}.")
    doubts = sum(need.state == "doubtful" for needs in found.values() for need in needs)
    also = f"; {counted(doubts, 'thing')} doubtful" if doubts else ""
    console.say(f"{c.environment.name}: nothing is missing{also}.", style="bold yellow" if doubts else "bold green")
    return found


def _test(c: Host) -> list[str]:
    """Send the test message, and return what went wrong with each address; nothing where it arrived."""
    title = f"{c.environment.name}: a test message"
    sent = messages.send(c.environment.notices.addresses, title, TEST)
    return ["" if one.ok else f"{one.to}: {one.why}" for one in sent]


def show(host: str, needs: list[Need]) -> None:
    """Print what a host needs, with the commands that mend what is missing; that last."""
    console.say(host, style="bold")
    for need in sorted(needs, key=lambda one: BY_WEIGHT.index(one.state)):
        show_one(need)


def show_one(need: Need) -> None:
    """Print one thing that is needed, and how it is mended."""
    console.say(f"{need.state:<10}{need.name:<19}{need.found}")
    if need.cure:
        console.command(need.cure, f"{'':10}next: ")


def brief(about: str, needs: list[Need]) -> None:
    """Print how many things are well, and what mends each other one: a command stands once; health comes last."""
    counts = Counter(need.state for need in needs)
    console.say(f"{about}: {', '.join(f'{count} {state}' for state, count in counts.items())}.", style="bold")
    others = [need for need in needs if need.state != "ok" and need.name != "health"]
    for need in (need for need in others if need.state == "missing"):
        show_one(need)
    doubtful = [need for need in others if need.state == "doubtful"]
    for cure in dict.fromkeys(need.cure for need in doubtful):
        names = ", ".join(need.name for need in doubtful if need.cure == cure)
        console.command(cure, f"{'doubtful':<10}{names:<18} ")


def health(needs: list[Need]) -> None:
    """Print what is wrong with the application, if it is known."""
    for need in needs:
        if need.name == "health" and need.state != "ok":
            console.say(f"! health: {need.found}", style="bold red")
            console.command(need.cure, "  next: ")
