"""How Alembic is called: by a section or address of its own, from Python, and through other programs of the image."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile

import pytest

from tests.field.recipe import APP, BUILD, MIGRATE, UP
from tests.field.rows import POOLER

pytestmark = pytest.mark.sandbox

# Migrations that Python configures: there is no alembic.ini.
CONFIGURED = """
from alembic.config import CommandLine, Config
line = CommandLine()
options = line.parser.parse_args()
config = Config(cmd_opts=options)
config.set_main_option("script_location", "alembic")
line.run_cmd(config, options)
"""
# Flask-Migrate as its documentation has it: migrations/, an env.py that asks the application, `flask db`.
FLASK = """
import database
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = database.url()
Migrate(app, SQLAlchemy(app))
"""
ASKS_THE_APPLICATION = """
from alembic import context
from flask import current_app
engine = current_app.extensions["migrate"].db.engine
if context.is_offline_mode():
    context.configure(url=engine.url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""
PACKAGED = """
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
"""
IMAGE = 'FROM field-programs:1\nWORKDIR /field\nCOPY . .\n{setup}CMD ["python", "server.py"]\n'
PROGRAMS = """
rm -rf programs && mkdir programs && cd programs && tar -x
docker build -q -t field-programs:1 -f - . <<'TEXT'
FROM field-base:1
COPY . /programs
RUN pip install -q --no-index --find-links /programs --find-links /wheels flask-migrate poetry uv && rm -rf /programs
TEXT
"""


def called(command, files, setup=""):
    """A deployment whose migrations are run by `command`; `setup`: what its image needs for that."""
    tracked = {"Dockerfile": IMAGE.format(setup=setup), **files}
    return {"tracked": tracked, "deploy": (BUILD, MIGRATE.replace("alembic", command), UP)}


def with_flask():
    """A deployment with Flask-Migrate: no alembic.ini of its own at the top, all migrations in migrations/."""
    moved = {f"migrations/versions/{file.name}": file.read_text() for file in (APP / "alembic/versions").glob("*.py")}
    first = {path: text for path, text in moved.items() if "/a1_" in path}
    gone = dict.fromkeys(str(file.relative_to(APP)) for file in (APP / "alembic").rglob("*.py"))
    ini = {"alembic.ini": None, "migrations/alembic.ini": "[alembic]\n", "migrations/env.py": ASKS_THE_APPLICATION}
    made = called("flask db", {**gone, **ini, "app.py": FLASK})
    alembic = {"command": "flask db", "config": "migrations/alembic.ini"}
    return {**made, "released": {"v1": first, "v2": moved}, "settings": {"database": {"alembic": alembic}}}


def by_a_manager(command, setup):
    """A deployment whose Alembic is run by the program that manages its packages."""
    made = called(command, {"pyproject.toml": PACKAGED}, setup)
    return {**made, "settings": {"database": {"alembic": {"command": command}}}}


CALLED = {
    "flask db": with_flask(),
    "poetry run alembic": by_a_manager("poetry run alembic", "ENV POETRY_VIRTUALENVS_CREATE=false\n"),
    "uv run alembic": by_a_manager("uv run --no-sync alembic", "RUN uv venv -q --system-site-packages\n"),
}


@pytest.fixture(scope="module")
def programs(field_host, tmp_path_factory):
    """An image with Flask-Migrate, Poetry and uv in it."""
    folder = tmp_path_factory.mktemp("programs")
    wanted = ("--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "flask-migrate", "poetry", "uv")
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "-d", folder, *wanted], check=True, timeout=600)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, ".")
    field_host.exec(PROGRAMS, stdin=buffer.getvalue(), timeout=300)


@pytest.mark.parametrize("options", CALLED.values(), ids=CALLED)
def test_alembic_by_another_program(deployment, programs, options):
    shop = deployment(**options)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_migrations_that_python_configures(deployment):
    command = "python migrate.py"
    shop = deployment(
        tracked={"alembic.ini": None, "migrate.py": CONFIGURED},
        deploy=(BUILD, MIGRATE.replace("alembic", command), UP),
        settings={"database": {"alembic": {"config": "alembic", "command": command}}},
    )
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_alembic_by_a_section_of_its_own_a_path_in_the_image_and_an_address_past_the_pooler(deployment):
    command = "alembic -n shop"
    known = {"command": command, "environment": {"DATABASE_URL": "postgresql+psycopg://shop:$DB_PASSWORD@db/shop"}}
    shop = deployment(
        **POOLER,
        tracked={"alembic.ini": "[shop]\nscript_location = /field/alembic\nprepend_sys_path = .\n"},
        deploy=(BUILD, MIGRATE.replace("alembic", command), UP),
        settings={"compose": {"stop": ["pooler"]}, "database": {"alembic": known}},
    )
    before = shop.runs()
    ran = shop.rollback()
    shop.rolled_back(ran, before)
    assert "secret-of-" not in ran.text
