"""What the rows of the field's table have in common."""

from __future__ import annotations

from tests.field.recipe import BACKEND

SLEEP = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
# A cache, a monitor: runs, is no code of ours, and does not change with a release.
IDLE = {"image": "field-base:1", "command": ["python", "-c", SLEEP], "restart": "unless-stopped"}
# A pooler, as far as clients see one: what connects to port 5432 is connected to the database.
FORWARD = """
import signal, socket, sys, threading
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
def copy(one, other):
    while data := one.recv(65536):
        other.sendall(data)
    other.close()
server = socket.create_server(("", 5432))
while True:
    client, _ = server.accept()
    database = socket.create_connection(("db", 5432))
    for pair in ((client, database), (database, client)):
        threading.Thread(target=copy, args=pair, daemon=True).start()
"""
POOLER = {
    "app": {
        "environment": {
            **BACKEND["environment"],
            "DATABASE_URL": "postgresql+psycopg://shop:${DB_PASSWORD}@pooler/shop",
        },
        "depends_on": ["pooler"],
    },
    "services": {"pooler": {**IDLE, "command": ["python", "-c", FORWARD], "depends_on": BACKEND["depends_on"]}},
}
