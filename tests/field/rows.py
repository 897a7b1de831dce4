"""What the rows of the field's table have in common."""

from __future__ import annotations

from tests.field.recipe import BACKEND

SLEEP = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
# A cache, a monitor: runs, is no code of ours, and does not change with a release.
IDLE = {"image": "field-base:1", "command": ["python", "-c", SLEEP], "restart": "unless-stopped"}
# What connects to a port is connected to a service.
FORWARD = """
import os, signal, socket, sys, threading
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
def copy(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def connect(client):
    if not os.path.exists("@needs@"):
        return client.close()
    try:
        server = socket.create_connection(("@service@", @to@))
    except OSError:
        return client.close()
    for pair in ((client, server), (server, client)):
        threading.Thread(target=copy, args=pair, daemon=True).start()
server = socket.create_server(("", @from@))
while True:
    threading.Thread(target=connect, args=server.accept()[:1], daemon=True).start()
"""


def forward(port: int, service: str, to: int, needs: str = "/") -> dict:
    """A service that hands on who connects, where `needs` is there: a pooler or a proxy, as far as clients see one."""
    code = FORWARD
    for word, value in {"from": str(port), "service": service, "to": str(to), "needs": needs}.items():
        code = code.replace(f"@{word}@", value)
    return {**IDLE, "command": ["python", "-c", code]}


POOLER = {
    "app": {
        "environment": {
            **BACKEND["environment"],
            "DATABASE_URL": "postgresql+psycopg://shop:${DB_PASSWORD}@pooler/shop",
        },
        "depends_on": ["pooler"],
    },
    "services": {"pooler": {**forward(5432, "db", 5432), "depends_on": BACKEND["depends_on"]}},
}
