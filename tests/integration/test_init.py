"""A host that no hosts.yaml knows is looked at, and what is written is what its operator wrote by hand."""

from __future__ import annotations

import re

import pytest
import yaml

pytestmark = pytest.mark.sandbox


def test_what_is_written_says_what_the_operator_wrote_by_hand(operator, tmp_path):
    before, written = operator.world(), tmp_path / "found" / "hosts.yaml"
    written.parent.mkdir()
    reach, said = operator.settings["hosts"][0], operator.settings
    words = (f"{reach['user']}@{reach['host']}:{reach['port']}", "--known-hosts", reach["known_hosts"])
    ran = operator.fab("init", *words, "--key", reach["key"], ROLLBACK_HOSTS_FILE=str(written))
    assert ran.code == 0, ran.text
    assert operator.world() == before
    found = yaml.safe_load(written.read_text())["environments"]["production"]
    assert found["app"] == said["app"]
    assert found["compose"]["file"] == said["compose"]["file"]
    assert found["compose"]["services"] == said["compose"]["services"]
    assert found["database"] == said["database"]
    assert said["health"]["urls"][0] in found["health"]["urls"]
    status = operator.fab("status", "--json", ROLLBACK_HOSTS_FILE=str(written))
    assert "as HEAD needs it" in status.json()[0]["lines"]["database"]
    variables = operator.host.exec("docker inspect -f '{{json .Config.Env}}' $(docker ps -q)")
    secrets = set(re.findall(r"PASSWORD=([^\"]+)", variables))
    assert secrets and not [one for one in secrets if one in written.read_text() + ran.text]
