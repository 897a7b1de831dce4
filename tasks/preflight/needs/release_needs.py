"""Whether there is a release to go back to, with images and schema, and whether a proof can tell that it is well."""

from __future__ import annotations

from ...console.commands import fab
from ...console.units import moment, size
from ...tools.alembic import migrations
from ...tools.alembic.migrations import Downgrade
from ...tools.compose.project import cure
from ...tools.git.commits import SHORT
from ..checks import health as judged
from ..present import drift as drifts
from ..present import state
from ..present.values import BY_DEFAULT
from . import cures
from .looked import Looked
from .need import Need, doubtful, missing, ok

GRAVE = {"destroys": "destroys data", "unknown": "cannot be told", "nothing": "does nothing"}


def last_good(k: Looked) -> Need:
    """Return whether a release is known to go back to, and can be put on the host."""
    entry, target = k.past.good(), k.target
    if not target.commit:
        return missing(
            "no earlier release is known: nothing was recorded, or deployed before", _if_well(k, "release.record")
        )
    name = target.commit[:SHORT]
    if target.problem:
        said = target.problem if name in target.problem else f"{name}: {target.problem}"
        return missing(said, fab(f"full-rollback --commit {name} --plan"))
    if entry is None:
        return doubtful(f"{name}, deployed before the present one; not recorded as good", _if_well(k, "release.record"))
    return ok(f"{name} ({entry.subject or 'no subject'}), recorded as good")


def _if_well(k: Looked, command: str) -> str:
    """Return the command for a present release that is well; of one that is not, what leads away from it."""
    if k.examined.seen.healthy:
        return fab(command)
    return fab(f"full-rollback --commit {k.target.commit[:SHORT]} --plan" if k.target.commit else "diagnose")


def images(k: Looked) -> Need | None:
    """Return whether the images of the release to go back to are kept: what is not is built, or pulled, first."""
    target = k.target
    if not target.commit or target.problem:
        return None
    gone = [one for one in target.images if not one.here]
    if pulled := [one.name for one in gone if one.pulled]:
        return doubtful(f"not here, pulled in the rollback: {', '.join(pulled)}", k.on_host(f"docker pull {pulled[0]}"))
    if gone:
        said = f"of {', '.join(one.service for one in gone)} none is kept: built in the rollback, before the stop"
        return doubtful(said, _if_well(k, "release.begin"))
    return ok(f"{len(target.images)} kept")


def images_disk(k: Looked) -> Need:
    """Return whether the images that are not here fit: each takes what the one that runs takes, all of them 1 GB."""
    free = k.examined.seen.free
    if not free:
        return doubtful("how much is free cannot be read", cures.of(k, judged.problem(k.examined.seen, "free")))
    gone = {one.service for one in k.target.images if not one.here}
    ids = {container.image for container in k.examined.seen.of(*gone)}
    need = max(state.ROOM, sum(k.sizes.get(one, 0) for one in ids))
    place, least = min(free.items(), key=lambda item: item[1])
    said = f"{size(need)} needed, {size(least)} free on {place}"
    if least >= need:
        return ok(said)
    return missing(said, fab("containers.prune")) if least < state.ROOM else doubtful(said, fab("containers.prune"))


def downgrade(k: Looked) -> Need | None:
    """Return what the way down to the schema of that release does, as its migrations' text says it."""
    change = k.target.change
    if k.target.unreachable:
        return missing(k.target.unreachable, cures.of(k, k.target.unreachable))
    if change is None:
        return None
    if not change.changes:
        return ok(f"the database is at {change.goal}, where that release needs it")
    found = {revision.id: migrations.classify(revision.source) for revision in change.downgrades}
    worst = [_said(name, one) for name, one in found.items() if one.kind != "reversible"]
    preview = fab(f"db.preview --revision {change.goal}" if len(change.to_heads) == 1 else "db.preview")
    if any(one.kind == "raises" for one in found.values()):
        return missing("; ".join(worst), preview)
    return doubtful("; ".join(worst), preview) if worst else ok(f"{', '.join(found)}: no data goes")


def _said(name: str, found: Downgrade) -> str:
    reasons = "; ".join(one.reason for one in found.findings if one.kind == found.kind)
    return f"{name} {GRAVE.get(found.kind, 'cannot be taken back')}: {reasons}"


def rehearsal(k: Looked) -> Need | None:
    """Return whether that way down was tried on a clone, and what was found."""
    change, kept = k.target.change, k.target.rehearsed
    if change is None or not change.changes:
        return None
    command = fab(f"db.rehearse --commit {k.target.commit[:SHORT]}" if k.target.commit else "db.rehearse")
    if not kept.at:
        return doubtful("not rehearsed", command)
    if not kept.holds:
        return doubtful(f"rehearsed at {moment(kept.at)}; since then {kept.why}", command)
    bad = kept.lines("undo", "left", "lacks", "again")
    return doubtful("; ".join(bad), command) if bad else ok(f"{moment(kept.at)}: down, and up again")


def drift(k: Looked) -> Need | None:
    """Return whether what runs is what the commit describes: a rollback makes containers as they are described.

    None of a stack: what its tasks run with is not compared with its files.
    """
    if k.environment.stack:
        return None
    seen, found = k.examined.seen, k.examined.drifted
    where = drifts.described_by(k.environment, seen)
    if found.blank:
        names = ", ".join(f"{name} ({service})" for service, name in found.blank)
        return missing(f"compose finds no value for {names}: {cure(k.environment)}", k.settings)
    lines = drifts.lines(found, where)
    if any(one.service in found.by_shell and one.what in BY_DEFAULT for one in found.drift):
        return missing(f"{'; '.join(lines)}; {cure(k.environment, beside=True)}", k.settings)
    return doubtful("; ".join(lines), fab("container-restart --recreate --plan")) if lines else ok(f"as in {where}")


def health(k: Looked) -> Need:
    """Return whether the health addresses tell how the application is: nothing else proves that it recovered."""
    seen = k.examined.seen
    if not seen.responses:
        return doubtful("health.urls names no address: a proof looks at the containers alone", k.settings)
    wrong = [check for check in judged.answers(seen) if not check.ok]
    if not wrong:
        return ok(f"{len(seen.responses)} of {len(seen.responses)} addresses answer right")
    said = "; ".join(check.line for check in wrong)
    if seen.up and not judged.not_running(seen) and wrong[0].found.startswith(judged.ELSEWHERE):
        return missing(f"{said}: is the address right?", k.on_host(f"curl -iL {wrong[0].looked_at}"))
    return doubtful(f"{said}: the application is not well", fab("diagnose"))
