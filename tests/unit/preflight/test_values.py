"""Values that the deploy script knows and the host does not: nothing is started without them."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight import values
from tasks.tools.compose.project import Description
from tests.unit.support.scripted import Scripted

V1 = "The KEY variable is not set. Defaulting to a blank string.\n"
V2 = 'time="2025" level=warning msg="The \\"KEY\\" variable is not set. Defaulting to a blank string."\n'
PRESENT = "services: {app: {environment: {KEY: '', URL: 'db://shop:@db', MODE: fast}}, db: {image: pg}}"


def described(warnings: str) -> Description:
    return Description({}, "-", "app", warnings=warnings)


def host(running: str) -> Scripted:
    return Scripted().replies(lambda name: PRESENT if name.endswith("config") else running if name[0] == "1" else "")


@pytest.mark.parametrize("warning", [V1, V2])
@pytest.mark.parametrize("running", ['["KEY=secret"]', '["KEY=", "URL=db://shop:secret@db"]'])
def test_a_value_that_compose_does_not_find_is_refused_by_name(warning, running):
    with pytest.raises(Refused, match="no value for KEY: app would .*compose.env_file") as refused:
        values.require(host(f"app {running}\ndb []"), described(warning))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("running", ['["KEY="]', '["KEY=", "MODE=slow"]', "null", '["OTHER=1"]'])
def test_what_was_blank_before_is_no_reason(running):
    values.require(host(f"app {running}"), described(V1))


def test_where_nothing_is_blank_nothing_is_asked():
    values.require(Scripted(), described("something else"))
