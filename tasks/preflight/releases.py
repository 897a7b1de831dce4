"""What `release.begin` and `release.record` find on the hosts, and write into the ledger."""

from __future__ import annotations

from msgspec import field, structs

from ..console.commands import fab
from ..console.errors import Failed, Refused
from ..console.units import moment
from ..ssh.host import Host
from ..ssh.parallel import parallel_map
from ..ssh.probe import answered
from ..tools.alembic import rehearsal
from ..tools.compose.images import Target
from ..tools.git import commits
from ..tools.git.commits import SHORT, Commit
from . import downgrade
from .backups import copies, safety
from .checks import checkup, health
from .history import ledger
from .history.ledger import BEGUN, GOOD, Entry
from .present import fleetwide, own_images, state, target_files
from .present.reports import DeploymentReport
from .revisions import schema_choice


class ReleaseReport(DeploymentReport, frozen=True, kw_only=True):
    """What runs, the `commit` that all hosts stand on, and what its compose files want.

    `fixes`: the commits that were rolled back and that it deploys again, said to be mended. `before`: the release whose
    schema the `migration`, if there is one, leads back to.
    """

    commit: Commit
    wanted: Target
    fixes: list[str] = field(default_factory=list)
    before: Entry | None = None

    @property
    def rehearsed(self) -> str:
        """The command that prints when the way back was rehearsed; empty where there is none to be rehearsed."""
        found = self.migration
        return rehearsal.kept_at(self.environment, found.image, found.change) if found else ""

    @property
    def lasting(self) -> list[str]:
        """The services that have to run."""
        finished = self.state.finished(self.environment)
        return [service for service in self.wanted.files.lasting if service not in finished]

    @property
    def begun(self) -> Entry:
        """What the ledger says before a deployment."""
        return structs.replace(self._entry(BEGUN), snapshot=self.safety.clone if self.safety else "")

    @property
    def good(self) -> Entry:
        """What the ledger says of a release that was proven."""
        return structs.replace(self._entry(GOOD), fixes=self.fixes)

    @property
    def schema(self) -> str:
        """The command that keeps the schema and prints its fingerprint; empty where alembic made none."""
        environment, revision = self.environment, self.state.revision
        return rehearsal.keep_schema(environment, revision) if revision and environment.alembic else ""

    def _entry(self, event: str) -> Entry:
        commit = self.commit
        return Entry(
            event=event,
            commit=commit.sha,
            subject=commit.subject,
            revision=self.state.revision,
            images={**self.state.image_ids, **{i.service: i.retained(commit.sha) for i in self.images}},
        )


def check_begin(c: Host, snapshot: bool) -> ReleaseReport:
    """Return what is kept before a deployment; with `snapshot` the data as well, Refused where there is no room."""
    report = _present(c)
    if not snapshot:
        return report
    live = copies.database_of(c, report.state)
    facts = safety.room(c, live)
    return structs.replace(report, facts=facts, safety=safety.planned(c.environment, live, report.run))


def check_record(c: Host, unfreeze: bool, rehearse: bool = False) -> ReleaseReport:
    """Return what is recorded as good; Refused where it was rolled back before, Failed where anything is wrong.

    With `rehearse`, also the way back to the release that was good before it.
    """
    report = _present(c)
    title, said = report.commit.title, c.ask(ledger.probe(c.environment))
    back = c.ask(answered(ledger.frozen(c.environment, report.commit.sha, said))).out.split()
    if back and not unfreeze:
        raise Refused(
            f"{title} contains {', '.join(b[:12] for b in back)}, which was rolled back, and neither a revert "
            "nor a recorded fix of it. Nothing was recorded. If it is mended: the same command with --unfreeze."
        )
    _require_well(c, report)
    report = structs.replace(report, fixes=back)
    return _with_way_back(c, report, ledger.last_good(said, report.commit.sha)) if rehearse else report


def _require_well(c: Host, report: ReleaseReport) -> None:
    """Raise Failed where anything is wrong, Refused where what runs is not the commit."""
    for member in c.fleet:
        if wrong := health.summary(checkup.look(member)):
            raise Failed(f"{member.address}: not recorded as good: {wrong}. Next: {fab('diagnose')}")
    if report.state.modified:
        names, title = ", ".join(report.state.modified[:5]), report.commit.title
        raise Refused(f"The checkout has local changes ({names}): that is not {title}. Nothing was recorded.")


def _with_way_back(c: Host, report: ReleaseReport, before: Entry | None) -> ReleaseReport:
    """Return the report with the downgrade to the release before, which is tried unless a kept rehearsal holds."""
    if not before:
        return structs.replace(report, facts=["no way back is rehearsed: no earlier release is recorded as good"])
    name = before.commit[:SHORT]
    commit = Commit(sha=before.commit, short=name, date="", author="", subject=before.subject)
    try:
        change = schema_choice.needed(c, report.state, commit)
    except Refused as refused:
        return structs.replace(report, facts=[f"the way back to {name} is not rehearsed: {refused.reason}"])
    if not change or not change.changes:
        return structs.replace(report, facts=[f"the way back to {name} needs no downgrade"])
    found = downgrade.migration(c, report.state, change)
    kept = c.ask(rehearsal.kept(report.environment, found.image, change, compare=True))
    found = structs.replace(found, rehearsed=kept.at if kept.holds else 0.0)
    return structs.replace(report, migration=found, before=before, facts=[kept.line] if kept.line else [])


def _present(c: Host) -> ReleaseReport:
    """Return what is there; Refused where the hosts do not stand on one commit."""
    states = parallel_map(c.fleet, state.look)
    if len({seen.head for seen in states}) > 1:
        heads = ", ".join(seen.head[:12] for seen in states)
        raise Refused(f"The hosts stand on different commits: {heads}. Nothing was recorded.")
    answer = c.ask(answered(commits.show_one(c.environment, "HEAD")))
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"HEAD cannot be read: {answer.err.strip()}. Nothing was recorded.", at=c.address)
    seen = fleetwide.joined(c, states)
    wanted = target_files.check(c, seen, found[0])
    return ReleaseReport(
        environment=seen.settled(c.environment),
        state=seen,
        images=own_images.concerned(c.environment, seen, wanted),
        commit=found[0],
        wanted=wanted,
    )


def row(entry: Entry) -> tuple[str, ...]:
    """Return the line of a table about one entry."""
    by = f"{entry.who} from {entry.machine} ({entry.task})"
    revision, said = ", ".join(entry.revision or []), ledger.WORDS[entry.event]
    images = ", ".join(f"{service} {image.removeprefix('sha256:')[:12]}" for service, image in entry.images.items())
    return moment(entry.at), entry.commit[:12], entry.subject, said, revision, images, by
