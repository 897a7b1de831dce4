"""The code is not what it was: rewritten at the origin, shallow, in parts, or gone"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]

ORIGIN = "/srv/git/jctc-app.git"
# The branch at the origin gets a history of its own, with the tree that is deployed; the old commits go.
FORCE_PUSH = f"""
cd {ORIGIN}; git config gc.reflogExpire now; keep=$(git rev-parse main); echo $keep > /tmp/main
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
git update-ref refs/heads/main $(git commit-tree -m 'Begin anew' main^{{tree}})
git reflog expire --expire=now --all; git gc -q --prune=now; ! git cat-file -e $keep 2>/dev/null
"""
# And the host follows, its own memory of the old commits cleared.
FOLLOWED = """
cd jctc-app; git fetch -q -f origin; git reset -q --hard origin/main
git for-each-ref --format='%(refname)' | grep -v -e /main -e /HEAD | xargs -rn1 git update-ref -d
git reflog expire --expire=now --all; rm -f .git/ORIG_HEAD .git/FETCH_HEAD; git gc -q --prune=now
"""
SHALLOW = f"""
cd jctc-app; git fetch -q --depth={{depth}} file://{ORIGIN} main
git reflog expire --expire=now --all; rm -f .git/FETCH_HEAD .git/ORIG_HEAD; git tag -d $(git tag) 2>/dev/null
git gc -q --prune=now; [ "$(git rev-parse --is-shallow-repository)" = true ]
"""


def test_a_commit_that_the_origin_has_no_more_is_taken_from_the_host(spoilt):
    rows = spoilt.content()
    spoilt.host.exec(FORCE_PUSH)
    ran = spoilt.must(spoilt.rollback().end())
    spoilt.rolled_back()
    spoilt.note("commit gone at the origin (force-push)", "before the run", ran, "not needed", rows)
    back = spoilt.operator.fab("git.return-to-main", "--yes")
    assert back.code == 2, back.text
    assert "cannot be forwarded" in back.err
    assert spoilt.operator.head() == spoilt.operator.good
    spoilt.note("branch rewritten at the origin (force-push)", "git.return-to-main", back, "not needed", rows)


def test_a_commit_that_the_host_has_no_more_either_is_refused(spoilt):
    rows = spoilt.content()
    spoilt.host.exec(FORCE_PUSH)
    spoilt.host.exec(FOLLOWED)
    before = spoilt.operator.world()
    ran = refused(spoilt, "is not a commit")
    assert "git fetch" in ran.err
    assert spoilt.operator.world() == before
    spoilt.note("commit gone everywhere (force-push, pruned)", "before anything was changed", ran, "not needed", rows)


def test_a_shallow_clone_rolls_back_as_far_as_it_reaches(spoilt):
    rows = spoilt.content()
    spoilt.host.exec(SHALLOW.format(depth=1))
    ran = refused(spoilt, "is not a commit")
    assert "git fetch --unshallow" in ran.err
    spoilt.note("shallow clone without the commit", "before anything was changed", ran, "not needed", rows)
    spoilt.host.exec(SHALLOW.format(depth=2))
    ran = spoilt.must(spoilt.rollback("--rebuild").end())
    spoilt.rolled_back()
    spoilt.note("shallow clone that ends at the commit", "the whole run", ran, "not needed", rows)


def refused(stage, says: str):
    """Try the rollback, and see that it is refused in one line."""
    ran = stage.rollback().end()
    assert ran.code == 2, ran.text
    assert says in ran.err, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert not stage.locked()
    return ran


# A part of the application that is a repository of its own, at another commit in each release.
PARTS = """
set -e; export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
git config --global protocol.file.allow always; mkdir part; cd part; git init -q -b main
for n in old new; do echo $n > part.txt; git add .; git commit -qm $n; git tag $n; done
"""
TREE = """
cd jctc-app; export GIT_INDEX_FILE=/tmp/index.$$; git read-tree {base}
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
modules=$(printf '[submodule "part"]\\npath = part\\nurl = /home/ubuntu/part\\n' | git hash-object -w --stdin)
git update-index --add --cacheinfo 100644,$modules,.gitmodules
git update-index --add --cacheinfo 160000,$(git -C ../part rev-parse {part}),part
git commit-tree -p {base} -m 'with a part, {part}' $(git write-tree)
"""


def test_a_submodule_is_built_and_checked_out_as_the_commit_wants_it(spoilt):
    rows = spoilt.content()
    spoilt.host.exec(PARTS)
    old = spoilt.host.exec(TREE.format(base=spoilt.operator.good, part="old"))
    new = spoilt.host.exec(TREE.format(base=spoilt.operator.bad, part="new"))
    spoilt.host.exec(f"cd jctc-app; git checkout -q {new}; git submodule update -q --init")
    ran = spoilt.must(spoilt.operator.fab("full-rollback", "--commit", old, "--no-rehearse", "--yes", timeout=300))
    assert spoilt.host.exec("cat jctc-app/part/part.txt") == "old"
    assert spoilt.host.exec("docker exec jctc_app cat part/part.txt") == "old"
    spoilt.note("submodule at another commit", "the whole run", ran, "not needed", rows)
