"""Which commit an operator means, and which one was the last good one."""

from __future__ import annotations

from ..config.settings import Environment
from ..console import terminal as console
from ..console.errors import Refused
from ..engine import options
from ..ssh.shell import Answer
from ..tools.git import branch, commits
from ..tools.git.commits import Commit, Past, git


def resolve(c, ref: str) -> Commit:
    """Return the commit `ref` names on the host, or raise Refused, naming what is there instead."""
    return read(c, ref, c.ask(questions(c.environment, ref)))


def questions(environment: Environment, ref: str) -> dict[str, str]:
    """Return the read-only commands that tell which commit `ref` names."""
    return {
        "commit": commits.show_one(environment, ref),
        "kind": git(environment, "cat-file", "-t", ref),
        "shallow": git(environment, "rev-parse", "--is-shallow-repository"),
        "log": commits.show_log(environment, 5),
    }


def read(c, ref: str, answers: dict[str, Answer]) -> Commit:
    """Return the commit that the answers to `questions` describe, or raise Refused."""
    found = commits.parse_commits(answers["commit"].out)
    if answers["commit"].ok and found:
        return found[0]
    if answers["kind"].ok:
        raise Refused(f"{ref} is a {answers['kind'].out.strip()}, not a commit. Nothing was changed.")
    _refuse_unreadable(c, answers["log"])
    latest = ", ".join(commit.short for commit in commits.parse_commits(answers["log"].out))
    fetch = "git fetch --unshallow" if answers["shallow"].out.strip() == "true" else "git fetch"
    raise Refused(
        f"{ref} is not a commit of {c.environment.app.path} on {c.host}; the latest there: {latest}. "
        f"Nothing was changed (fab git.log lists more; another commit may need a {fetch} on the host)."
    )


def _refuse_unreadable(c, answer: Answer) -> None:
    if not answer.ok:
        why = (answer.err.splitlines() or ["git does not answer"])[0]
        raise Refused(f"{c.address}: {why}: is app.path in hosts.yaml a git checkout? Nothing was changed.")


def candidates(c, count: int = 10) -> tuple[list[Commit], Past]:
    """Return the last commits of HEAD and the branch, and what is known of the past."""
    answers = c.ask(commits.questions(c.environment, count))
    _refuse_unreadable(c, answers["log"])
    return commits.parse_commits(answers["log"].out), commits.read_past(answers)


def find_last_good(c) -> tuple[str, str]:
    """Return a hash and the reason to believe in it; Refused where there is none."""
    _found, past = candidates(c, 1)
    if good := past.good():
        return good.commit, f"recorded as good by {good.who} from {good.machine} ({good.task})"
    if before := past.before():
        return before, "deployed before the present one, by the checkout's reflog; not recorded as good"
    raise Refused(f"{c.address}: the reflog knows no earlier deployment; choose from: fab git.log")


def required(c, commit: str | None) -> str:
    """Return `commit`, or ask for one after listing the candidates; Refused where nobody can be asked."""
    if commit:
        return commit
    found, past = candidates(c)
    rows = [(k.short, k.date, k.subject, past.marks(k.sha)) for k in found]
    console.table(("commit", "date", "subject", ""), rows)
    if not console.interactive():
        raise Refused("--commit is missing: name one of the commits above. Nothing was changed.")
    answer = console.ask("Which commit was the last good one? ").strip()
    if not answer:
        raise Refused("No commit named. Nothing was changed.")
    options.check({"commit": answer})
    return answer


def hash_of(c, ref: str) -> str:
    """Return the full hash of the commit that `--commit` names."""
    answer = c.ask({"commit": commits.show_one(c.environment, ref)})["commit"]
    found = commits.parse_commits(answer.out)
    if not found:
        raise Refused(f"--commit: {ref} is not a commit on {c.host} (fab git.log lists them).")
    return found[0].sha


def tip(c) -> tuple[Commit, list[Commit]]:
    """Return where origin has the branch, and the commits rolled back from that it contains."""
    answers = c.ask({"tip": branch.find_tip(c.environment), **commits.questions(c.environment, 1)})
    if not answers["tip"].ok:
        why = (answers["tip"].err.splitlines() or ["origin does not answer"])[0]
        raise Refused(f"{c.address}: {why.rstrip('.')}. Nothing was changed.")
    target = resolve(c, answers["tip"].out.strip())
    left = commits.read_past(answers).left
    contained = c.ask({"commits": branch.show_contained(c.environment, sorted(left), target.sha)})["commits"]
    return target, commits.parse_commits(contained.out)


def rolled_back(name: str, target: Commit, bad: Commit) -> str:
    """Return the warning that the branch `name`, which is at `target`, contains a commit that was rolled back."""
    if bad.sha == target.sha:
        return f"{name} is still at {bad.title}, which was rolled back: deploying {name} brings it back"
    return f"{name} still contains {bad.title}, which was rolled back: deploy only if a later commit mends it"
