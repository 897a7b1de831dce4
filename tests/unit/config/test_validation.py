"""The shape of hosts.yaml, checked again and again in one process."""

from __future__ import annotations

import gc

import pytest

from tasks.config import validation
from tasks.config.settings import EnvironmentSettings

GOOD = {"hosts": [{"host": "a"}], "app": {"path": "x"}, "compose": {}}


@pytest.mark.parametrize("file", [[], [3], 3, [""], {"a": 1}, "-x"])
def test_a_value_that_fits_no_alternative_is_found_however_often_it_is_asked(file):
    """msgspec 0.22 crashes the interpreter on such a union when it is converted by itself."""
    for _ in range(50):
        with pytest.raises(validation.InvalidError) as invalid:
            validation.convert({**GOOD, "compose": {"file": file}}, EnvironmentSettings)
        assert invalid.value.place[:2] == ("compose", "file")
    gc.collect()


def test_the_first_of_several_mistakes_is_told():
    with pytest.raises(validation.InvalidError) as invalid:
        validation.convert({**GOOD, "hosts": [{"host": "a"}, {"host": "b", "port": "x"}, 3]}, EnvironmentSettings)
    assert invalid.value.place == ("hosts", 1, "port")
