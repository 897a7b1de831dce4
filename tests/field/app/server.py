"""The application: /health answers 200 while this release works, has its secret and finds its schema."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import database

RELEASE = json.loads(Path(__file__).with_name("release.json").read_text())


def revision():
    """Return the revision the database is at; None for an application without one."""
    address = database.url()
    if not address:
        return None
    import psycopg

    with psycopg.connect(address.replace("+psycopg", ""), connect_timeout=3) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def wrong(found):
    """Return what keeps this release from working."""
    if not RELEASE["works"]:
        return "this release does not work"
    if found not in (None, RELEASE["revision"]):
        return f"the schema is at {found}, not at {RELEASE['revision']}"
    return "" if os.environ.get("SECRET_KEY") else "SECRET_KEY is blank"


def health():
    """Return the status and the body; a shallow check sees nothing but that somebody answers."""
    try:
        found = revision()
        problem = wrong(found)
    except Exception as error:
        found, problem = None, str(error)
    failed = problem and not os.environ.get("SHALLOW")
    return 500 if failed else 200, {**RELEASE, "found": found, "problem": problem}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = self.headers.get("Host", "").split(":")[0]
        if os.environ.get("ONLY_HOST", asked) != asked:
            return self.answer(404, {"error": f"no site {asked}"})
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/health")
            return self.end_headers()
        if self.path == "/empty":
            status, _ = health()
            self.send_response(204 if status == 200 else status)
            return self.end_headers()
        return self.answer(*health())

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(("", 8000), Handler)
    if os.environ.get("CERTIFICATE"):
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.environ["CERTIFICATE"])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
