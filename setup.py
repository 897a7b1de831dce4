"""Installs tasks/, with every package below it, as `fab_rollback`; all else stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=["fab_rollback", *(f"fab_rollback.{name}" for name in find_packages("tasks"))],
    package_dir={"fab_rollback": "tasks"},
)
