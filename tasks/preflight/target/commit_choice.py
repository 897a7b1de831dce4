"""Which commit an operator means, and which one was the last good one."""

from __future__ import annotations

from msgspec import Struct

from ...config.settings import Environment
from ...console import terminal as console
from ...console.commands import HOSTS_FILE, fab
from ...console.errors import Refused
from ...engine import options
from ...ssh.host import Host
from ...ssh.probe import Answers, Probe, answered
from ...ssh.shell import Answer
from ...tools.git import checkout, commits
from ...tools.git.commits import SHORT, Commit, git
from ..history import past
from ..history.past import Past


class Named(Struct, frozen=True):
    """What a name means on a host: a commit, or else what is there instead; `ahead`: the commits that HEAD has more."""

    commit: Commit | None
    kind: str
    shallow: bool
    latest: list[Commit]
    problem: str
    ahead: int = 0


def probe(environment: Environment, ref: str) -> Probe[Named]:
    """Return the probe of what `ref` names on the host."""
    return Probe(
        {
            "commit": commits.show_one(environment, ref),
            "kind": git(environment, "cat-file", "-t", ref),
            "shallow": git(environment, "rev-parse", "--is-shallow-repository"),
            "log": commits.show_log(environment, 5),
            "ahead": git(environment, "rev-list", "--count", f"{ref}..HEAD"),
        },
        _named,
    )


def _named(answers: Answers) -> Named:
    found = commits.parse_commits(answers["commit"].out) if answers["commit"].ok else []
    return Named(
        commit=found[0] if found else None,
        kind=answers["kind"].out.strip() if answers["kind"].ok else "",
        shallow=answers["shallow"].out.strip() == "true",
        latest=commits.parse_commits(answers["log"].out),
        problem=_problem(answers["log"]),
        ahead=int(answers["ahead"].out) if answers["ahead"].ok else 0,
    )


def _problem(answer: Answer) -> str:
    return "" if answer.ok else next(iter(answer.err.splitlines()), "git does not answer")


def resolve(c: Host, ref: str) -> Commit:
    """Return the commit `ref` names on the host, or raise Refused, naming what is there instead."""
    return known(c, ref, c.ask(probe(c.environment, ref)))


def known(c: Host, ref: str, named: Named) -> Commit:
    """Return the commit that was `named` by `ref`, or raise Refused, naming what is there instead."""
    if named.commit:
        return named.commit
    if named.kind:
        raise Refused(f"{ref} is a {named.kind}, not a commit.")
    _refuse_unreadable(c, named.problem)
    latest = ", ".join(commit.short for commit in named.latest)
    fetch = "git fetch --unshallow" if named.shallow else "git fetch"
    raise Refused(
        f"{ref} is not a commit of {c.environment.app.path} on {c.host}; the latest there: {latest}.",
        next=f"{fab('git.log')} lists more; another commit may need a {fetch} on the host.",
    )


def _refuse_unreadable(c: Host, problem: str) -> None:
    if problem:
        raise Refused(f"{problem}: is app.path in {HOSTS_FILE} a git checkout?", at=c.address)


def candidates(c: Host, count: int = 10) -> tuple[list[Commit], Past]:
    """Return the last `count` commits of HEAD and the branch, and what is known of the past."""
    log, known_past = c.ask(answered(commits.show_log(c.environment, count)), past.probe(c.environment))
    _refuse_unreadable(c, _problem(log))
    return commits.parse_commits(log.out), known_past


def find_last_good(c: Host) -> tuple[str, str]:
    """Return a hash and the reason to believe in it; Refused where there is none."""
    _found, known_past = candidates(c, 1)
    if good := known_past.good():
        return good.commit, f"recorded as good by {good.who} from {good.machine} ({good.task})"
    if before := known_past.before():
        return before, "deployed before the present one, by the checkout's reflog; not recorded as good"
    why = "the reflog knows no earlier deployment."
    if known_past.chosen:
        why = f"HEAD {known_past.positions[0][:SHORT]} is the last good release itself, and no earlier one is known."
    raise Refused(why, at=c.address, next=f"Choose from: {fab('git.log')}")


def required(c: Host, commit: str | None) -> str:
    """Return `commit`, or ask for one after listing the candidates; Refused where nobody can be asked."""
    if commit:
        return commit
    found, known_past = candidates(c)
    rows = [(k.short, k.date, k.subject, known_past.marks(k.sha)) for k in found]
    console.table(("commit", "date", "subject", "what is known"), rows, needed=True)
    if not console.interactive():
        raise Refused("--commit is missing: name one of the commits above.")
    answer = console.ask("Which commit was the last good one? ").strip()
    if not answer:
        raise Refused("No commit named.")
    options.check({"commit": answer})
    return answer


def tip(c: Host) -> tuple[Commit, list[Commit]]:
    """Return where origin has the branch, and the commits rolled back from that it contains."""
    found, known_past = c.ask(answered(checkout.find_tip(c.environment)), past.probe(c.environment))
    if not found.ok:
        why = next(iter(found.err.splitlines()), "origin does not answer")
        raise Refused(f"{why.rstrip('.')}.", at=c.address)
    target = resolve(c, found.out.strip())
    contained: list[Commit] = c.ask(commits.contained(c.environment, known_past.left, target.sha))
    return target, contained


def rolled_back(name: str, target: Commit, bad: Commit) -> str:
    """Return the warning that the branch `name`, which is at `target`, contains a commit that was rolled back."""
    if bad.sha == target.sha:
        return f"{name} is still at {bad.title}, which was rolled back: deploying {name} brings it back"
    return f"{name} still contains {bad.title}, which was rolled back: deploy only if a later commit mends it"
