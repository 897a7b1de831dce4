"""The branch a deployment comes from: where origin has it, and the way back to it."""

from __future__ import annotations

from ...config.settings import Environment
from ...ssh.shell import die, quote
from ..compose import compose
from . import commits
from .commits import git

# A question for a password would wait for ever: nobody is there to answer it.
SILENT = 'export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh -oBatchMode=yes}"'


def return_to(environment: Environment, sha: str) -> str:
    """Return the script of the runbook's "Return to Main Branch Later": the branch, forwarded to `sha` of origin."""
    branch, local = quote(environment.app.branch), quote(f"refs/heads/{environment.app.branch}")
    return compose.in_app(
        environment,
        SILENT,
        f"git fetch -q origin {local}",
        _forwards(environment, sha),
        f"git checkout -q -B {branch} {sha}",
        commits.SUBMODULES,
        f'[ "$(git symbolic-ref --short HEAD)" = {branch} ] || {die("HEAD is not on the branch")}',
        commits.stands_on(sha),
    )


def _forwards(environment: Environment, sha: str) -> str:
    name = environment.app.branch
    local = quote(f"refs/heads/{name}")
    lost = die(f"{name} on the host has commits that origin's lacks: it cannot be forwarded (git log origin/{name}..)")
    return f"! git show-ref -q --verify {local} || git merge-base --is-ancestor {local} {sha} || {lost}"


def find_tip(environment: Environment) -> str:
    """Return the command that prints where origin has the branch; its commits are fetched, no ref is moved."""
    name = environment.app.branch
    local = quote(f"refs/heads/{name}")
    return compose.in_app(
        environment,
        SILENT,
        f"git remote get-url origin >/dev/null 2>&1 || {die('the checkout has no remote named origin')}",
        f"found=$(timeout 20 git ls-remote origin {local})",
        f'sha=${{found%%[!0-9a-f]*}}; [ -n "$sha" ] || {die(f"origin has no branch {name} (app.branch)")}',
        'git cat-file -e "$sha" 2>/dev/null ||',
        f"timeout 30 git fetch -q --no-tags --dry-run origin {local} >/dev/null",
        _forwards(environment, '"$sha"'),
        'echo "$sha"',
    )


def show_contained(environment: Environment, shas: list[str], sha: str) -> str:
    """Return the command that prints those commits of `shas` that the history of `sha` contains."""
    lines = (
        f"{git(environment, 'merge-base', '--is-ancestor', one, sha)} 2>/dev/null"
        f" && {{ {commits.show_one(environment, one)}; }}"
        for one in sorted(shas)
    )
    return "\n".join([*lines, ":"])
