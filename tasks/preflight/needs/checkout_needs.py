"""Whether the host's checkout can be put on another commit, and the branch be come back to."""

from __future__ import annotations

from ...console.text import one_line
from ...ssh.shell import join
from . import cures
from .looked import Looked
from .need import Need, doubtful, missing, ok


def checkout(k: Looked) -> Need:
    """Return whether git reads the checkout, whose it is, and whether the login may write all that git does."""
    seen = k.examined.seen
    if problem := one_line(seen.problems.get("head", "" if seen.head else "it has no commit")):
        return missing(problem, cures.of(k, problem))
    if k.unwritable:
        places = f"{', '.join(k.unwritable[:3])}{' ...' if len(k.unwritable) > 3 else ''}"
        return missing(f"{k.user} may not write {places}", cures.may_write(k, join(*k.unwritable[:3])))
    return ok(f"{seen.head[:12]} ({seen.subject}), {seen.branch or 'detached'}")


def local_changes(k: Looked) -> Need:
    """Return whether files were changed by hand: a rollback is refused then, or puts them aside (--stash)."""
    changed = k.examined.seen.modified
    if not changed:
        return ok("none")
    more = " ..." if len(changed) > 3 else ""
    return doubtful(f"{', '.join(changed[:3])}{more}: needs --stash", cures.git(k, "diff --stat"))


def submodules(k: Looked) -> Need:
    """Return whether the submodules of the release to go back to are on the host."""
    lacking, update = k.target.submodules, cures.git(k, "submodule update --init --recursive")
    if lacking.commits:
        fetch = cures.git(k, "submodule foreach --recursive git fetch")
        return missing(f"not fetched at the commit that is wanted: {', '.join(lacking.commits)}", fetch)
    return (
        doubtful(f"never brought here: {', '.join(lacking.never)}", update) if lacking.never else ok("none is missing")
    )


def git_lfs(k: Looked) -> Need:
    """Return whether a checkout asks for the git-lfs that the host lacks."""
    why = k.examined.seen.lacks_lfs
    if not why:
        return ok("not needed, or there")
    return missing(f"the host has none: {why}", k.on_host(cures.INSTALL.format("git-lfs")))


def branch(k: Looked) -> Need:
    """Return whether origin's branch is known, and fetched: the return to main needs it, and migrations may."""
    name, origin = k.environment.app.branch, k.origin
    known = {
        "fetched": ok(f"origin/{name} at {origin.said[:12]}, fetched"),
        "behind": doubtful(f"origin has {name} at {origin.said[:12]}, not fetched", cures.git(k, "fetch origin")),
        "no-branch": missing(f"origin has no branch {name} (app.branch)", k.settings),
        "none": doubtful("the checkout has no remote named origin", cures.git(k, "remote add origin URL")),
        "unreachable": doubtful(f"origin does not answer: {one_line(origin.said)}", cures.git(k, "ls-remote origin")),
    }
    return known.get(origin.state) or doubtful("cannot be asked", cures.git(k, "ls-remote origin"))
