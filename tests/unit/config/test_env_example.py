"""The file that shows which variables hosts.yaml reads."""

from __future__ import annotations

from pathlib import Path

from tasks.config import env_example


def test_it_shows_the_variables_of_each_environment_once(tmp_path):
    path = tmp_path / ".env.example"
    first = env_example.added(path, "hosts.yaml", "shop", {"SHOP_HOST": "h", "NOTIFY": ""})
    assert first.endswith("# shop of hosts.yaml, as it stands there:\n#SHOP_HOST=h\n#NOTIFY=\n")
    path.write_text(first)
    second = env_example.added(path, "hosts.yaml", "staging", {"STAGING_HOST": "s", "NOTIFY": ""})
    assert second == f"{first}\n# staging of hosts.yaml, as it stands there:\n#STAGING_HOST=s\n"
    path.write_text(second)
    assert env_example.added(path, "hosts.yaml", "shop", {"SHOP_HOST": "other"}) == second


def test_what_came_with_the_tasks_is_left_alone():
    assert env_example.beside(Path("/x/hosts.yaml")) == Path("/x/.env.example")
    assert env_example.beside(Path("/x/hosts.local.yaml")) == Path("/x/.env.local.example")
