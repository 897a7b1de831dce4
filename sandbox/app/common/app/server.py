"""Serve the register over HTTP."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app import health


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(*health.check())
        else:
            self.answer(404, {"error": "not found"})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    print("listening on port 8000", flush=True)
    ThreadingHTTPServer(("", 8000), Handler).serve_forever()
