"""The checkout: where the files lie, whose they are, what builds need of them, and how its path is spelt."""

from __future__ import annotations

import json

import pytest

from tests.field.recipe import BUILD, MIGRATE, UP

pytestmark = pytest.mark.sandbox

SUBFOLDER = {
    "file": "deploy/docker-compose.yml",
    "compose": "-f docker-compose.yml",
    "project": "deploy",
    "env_file": "deploy/.env",
    "app": {"build": ".."},
    "deploy": ("cd deploy", BUILD, MIGRATE, UP),
}
FROM_THE_TOP = {
    "file": "deploy/docker-compose.yml",
    "project": "deploy",
    "env_file": "deploy/.env",
    "app": {"build": ".."},
}
BELOW = {
    "file": "shop/docker-compose.yml",
    "below": "shop",
    "compose": "-f docker-compose.yml",
    "project": "shop",
    "env_file": "shop/.env",
    "deploy": ("cd shop", BUILD, MIGRATE, UP),
    "settings": {"compose": {"file": "docker-compose.yml"}},
}
BESIDE = {
    **BELOW,
    "app": {"build": {"context": "../", "dockerfile": "shop/Dockerfile"}},
    "tracked": {
        "lib/about.txt": "a library, beside the application\n",
        "shop/Dockerfile": "FROM field-base:1\nWORKDIR /field\nCOPY lib lib\nCOPY shop .\nCMD python server.py\n",
    },
}
PLACES = {
    "the compose file in a subfolder": SUBFOLDER,
    "the same, started from the top": FROM_THE_TOP,
    "the application below the top": BELOW,
    "a build context beside it": BESIDE,
}
WITH_GIT = {
    ".dockerignore": ".env*\n",
    "Dockerfile": "FROM field-base:1\nWORKDIR /field\nCOPY . .\nRUN test -s .git/HEAD && test -d .git/refs\n"
    'CMD ["python", "server.py"]\n',
}
HOOK = """#!/bin/sh
command -v git-lfs >/dev/null 2>&1 || { echo >&2 "This repository is configured for Git LFS: no git-lfs"; exit 2; }
git lfs post-checkout "$@"
"""


@pytest.mark.parametrize("options", PLACES.values(), ids=PLACES)
def test_the_files_lie_elsewhere(deployment, options):
    shop = deployment(**options)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_big_folders_of_others_are_not_copied(deployment):
    shop = deployment(tracked={".dockerignore": ".git\n.env*\nuploads\n", ".gitignore": ".env*\nuploads\n"})
    uploads = f"/home/ubuntu/{shop.name}/uploads"
    shop.host.exec(f"install -d -m 700 {uploads} && fallocate -l 300M {uploads}/archive", user="root")
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
    assert shop.host.exec("find / -xdev -name archive 2>/dev/null", user="root") == f"{uploads}/archive"


def test_a_build_that_copies_the_git_folder(deployment):
    shop = deployment(tracked=WITH_GIT)
    before, world = shop.runs(), shop.world()
    shop.rolled_back_or_untouched(shop.rollback(), before, world, ".git")


def test_hooks_of_lfs_without_lfs(deployment):
    shop = deployment()
    hook = f"{shop.name}/.git/hooks/post-checkout"
    shop.host.exec(f"cat > {hook} && chmod +x {hook}", stdin=HOOK)
    before, world = shop.runs(), shop.world()
    shop.rolled_back_or_untouched(shop.rollback(), before, world, "lfs")


def test_a_path_that_is_spelt_in_two_ways(deployment):
    shop = deployment()
    before = shop.runs()
    shop.went_back(shop.rollback(), before)
    shop.host.exec(f"ln -s {shop.name} {shop.name}-current")
    shop.settings["app"]["path"] = f"{shop.name}-current"
    shop.write()
    shop.undone(shop.fab("undo", "--yes"), before)


def test_two_logins_see_one_history(deployment, second_login):
    shop = deployment()
    before = shop.runs()
    shop.went_back(shop.rollback(), before)
    told = json.loads(shop.fab("runs.list", "--json").out)
    shop.host.exec(f"chmod 755 ~ && chmod -R go+rX ~/{shop.name}")
    shop.settings["hosts"][0]["user"] = second_login
    shop.settings["app"]["path"] = f"/home/ubuntu/{shop.name}"
    shop.write()
    assert json.loads(shop.fab("runs.list", "--json").out) == told
