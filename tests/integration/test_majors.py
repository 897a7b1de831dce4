"""Copies, restores and swaps on every major version of PostgreSQL that Debian's releases have."""

from __future__ import annotations

import re

import pytest

from sandbox import engine
from tasks.tools.postgres import changes
from tasks.tools.postgres.names import copy_name
from tests.integration import here
from tests.integration.postgres_host import AWKWARD, target
from tests.integration.postgres_images import SUITES, Likeness
from tests.integration.test_postgres import FORMS, NAME

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
NEWER = r"(?s)CREATE FUNCTION [^;]* BEGIN ATOMIC.*?\nEND;"  # PostgreSQL 13 has no such bodies


@pytest.fixture(params=SUITES)
def box(request, tmp_path):
    """The awkward database on a server of that major version."""
    engine.ensure()
    old = {"same": ()} if request.param == "13" else {}  # its last pg_dump writes no key
    with here.server(tmp_path, Likeness(request.param).built(), NAME, **old) as made:
        assert made.server().version // 10000 == int(request.param)
        made.create(AWKWARD if request.param != "13" else re.sub(NEWER, "", AWKWARD))
        yield made


def test_what_was_dumped_is_restored_and_swapped_on_other_majors_too(box):
    before, contents = box.dump(), box.contents()
    for form, (options, pipe) in FORMS.items():
        path = box.write(f"{box.dumper(*options.split())} {target(NAME)} | {pipe}", f"b.{form}")
        ran = box.restore(box.check(path), form)
        assert (ran.code, ran.err) == (0, ""), (form, ran)
        assert "0 unverified" in ran.out
        assert box.dump(copy_name(NAME, "new", form)) == before, form
    box.ok(box.write_backup(f"{box.folder}/folder"))
    assert box.restore(box.check(f"{box.folder}/folder"), "folder").code == 0
    assert box.dump(copy_name(NAME, "new", "folder")) == before
    box.ok(changes.snapshot(box.db, "s1"))
    box.sql("DELETE FROM public.texts;")
    box.ok(changes.swap(box.db, copy_name(NAME, "snap", "s1"), copy_name(NAME, "old", "s1")))
    assert (box.dump(), box.contents()) == (before, contents)
    box.ok(changes.swap(box.db, copy_name(NAME, "new", "custom"), copy_name(NAME, "old", "s2")))
    assert (box.dump(), box.contents()) == (before, contents)
