"""A second `fab` need not compile everything again, unless the operator wants no bytecode."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("variables", "forbidden"), [({}, "False"), ({"PYTHONDONTWRITEBYTECODE": "1"}, "True")])
def test_bytecode_is_written_unless_the_operator_forbids_it(variables, forbidden, tmp_path):
    as_invoke = "import sys; sys.dont_write_bytecode = True; import tasks; print(sys.dont_write_bytecode)"
    ordinary = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    variables = {**ordinary, "PYTHONPYCACHEPREFIX": str(tmp_path), **variables}
    done = subprocess.run([sys.executable, "-c", as_invoke], env=variables, capture_output=True, text=True)
    assert done.stdout == f"{forbidden}\n", done.stderr
