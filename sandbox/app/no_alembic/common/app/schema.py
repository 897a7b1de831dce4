"""Make the tables before the server starts; the database may still be starting too."""

import time

from app.db import engine
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

STATEMENTS = [
    """CREATE TABLE IF NOT EXISTS cases (
           id serial PRIMARY KEY, reference text NOT NULL UNIQUE,
           title text NOT NULL, opened_on date NOT NULL)""",
]


def prepare():
    with engine.begin() as connection:
        for statement in STATEMENTS:
            connection.execute(text(statement))


def main():
    for _ in range(100):
        try:
            return prepare()
        except OperationalError:
            time.sleep(0.3)
    return prepare()


if __name__ == "__main__":
    main()
