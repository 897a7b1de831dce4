"""Seven trivial operations."""

from pyinfra.operations import server

for _ in range(7):
    server.shell(commands=["true"])
