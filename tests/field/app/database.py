"""Where the database is: in the environment, or in a file that the environment names (a secret)."""

import os
import socket
from pathlib import Path


def url():
    """Return the address; None for an application without a database."""
    if name := os.environ.get("NEEDS_HOST"):  # fails where the name is not known
        socket.gethostbyname(name)
    if file := os.environ.get("DATABASE_URL_FILE"):
        return Path(file).read_text().strip()
    return os.environ.get("DATABASE_URL")
