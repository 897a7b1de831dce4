"""No part of a backup, and none in which a bit flipped, passes for whole: of every format that is understood."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox import engine, images
from tests.integration import here
from tests.integration.postgres_host import PostgresHost, target
from tests.integration.test_postgres import NAME

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
SEED, CUTS, FLIPS = 20240401, 200, 50
# The options of pg_dump, and what packs it.
FORMS = {
    "plain": ("-Fp", ""),
    **{f"plain, {packing}": ("-Fp", packing) for packing in ("gzip", "zstd", "xz", "bzip2", "lz4")},
    "custom": ("-Fc", ""),
    "custom, gzip": ("-Fc", "gzip"),
    "custom, zstd": ("-Fc", "zstd"),
    "tar": ("-Ft", ""),
    "tar, xz": ("-Ft", "xz"),
    "directory": ("-Fd", ""),
}
LAST = b"-- PostgreSQL database dump complete"  # what a plain dump has behind it says nothing
Files = dict[str, bytes]  # the files of a backup, by name: of a folder, or one


@pytest.fixture(scope="module")
def box(tmp_path_factory) -> Iterator[PostgresHost]:
    """The awkward database."""
    engine.ensure()
    with here.server(tmp_path_factory.mktemp("home"), images.POSTGRES.ensure(), NAME) as made:
        made.create()
        yield made


def dumped(box: PostgresHost, form: str) -> Files:
    """Return a backup of that form."""
    options, packing = FORMS[form]
    if packing and not shutil.which(packing):
        pytest.skip(f"no {packing} here")
    if options == "-Fd":
        box.ok(box.write_backup(f"{box.folder}/whole"))
        return {file.name: file.read_bytes() for file in sorted(Path(box.folder, "whole").iterdir())}
    path = box.write(f"{box.dumper(options)} {target(NAME)} | {packing or 'cat'}", "whole")
    return {"": Path(path).read_bytes()}


def cut(whole: Files, form: str, chance: random.Random) -> Files:
    """Return the backup with one of its files cut off."""
    name, content = chosen(whole, chance)
    size = content.rindex(LAST) + len(LAST) if form == "plain" else len(content)
    return {**whole, name: content[: chance.randrange(size)]}


def flipped(whole: Files, form: str, chance: random.Random) -> Files:
    """Return the backup with a bit flipped; what packs it keeps the name and the time of a file where nobody looks."""
    name, content = chosen(whole, chance)
    at = chance.randrange(10, len(content) - 4) if FORMS[form][1] else chance.randrange(len(content))
    return {**whole, name: content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]}


def chosen(whole: Files, chance: random.Random) -> tuple[str, bytes]:
    return chance.choices(list(whole.items()), [len(content) for content in whole.values()])[0]


def passed(box: PostgresHost, backups: list[Files], sums: Files) -> list[int]:
    """Return which of the backups pass for whole; SUMS are the files whose checksums lie beside them, if any."""

    def good(number: int) -> bool:
        place = Path(box.folder, f"part-{number}")
        for name, content in backups[number].items():
            file = place / name if name else place
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        lines = [f"{hashlib.sha256(content).hexdigest()}  {name or place.name}\n" for name, content in sums.items()]
        if lines:
            Path(f"{place}.sha256").write_text("".join(lines))
        return not box.check(str(place)).problems

    with ThreadPoolExecutor(4) as pool:
        return [number for number, whole in enumerate(pool.map(good, range(len(backups)))) if whole]


@pytest.fixture
def whole(box, form) -> Iterator[Files]:
    """A backup of that form, which passes."""
    made = dumped(box, form)
    assert passed(box, [made], made) == [0]
    yield made
    shutil.rmtree(box.folder)


@pytest.mark.parametrize("form", FORMS)
def test_no_part_of_a_backup_passes_for_whole(box, whole, form):
    chance = random.Random(SEED)
    assert passed(box, [cut(whole, form, chance) for _ in range(CUTS)], {}) == []


@pytest.mark.parametrize("form", FORMS)
def test_no_flipped_bit_passes_where_the_backup_is_packed_or_a_checksum_lies_beside_it(box, whole, form):
    chance, sums = random.Random(SEED), {} if FORMS[form][1] else whole
    assert passed(box, [flipped(whole, form, chance) for _ in range(FLIPS)], sums) == []
