"""A mail server on this machine that takes every message, and sends none on."""

from __future__ import annotations

import contextlib
import email
import threading
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


@contextlib.contextmanager
def mailbox() -> Iterator[tuple[str, list[EmailMessage]]]:
    """Yield an Apprise address, and the list of the messages that came to it."""
    got: list[EmailMessage] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.answer("220 here")
            for line in iter(self.rfile.readline, b""):
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.answer("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    text = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
                    got.append(email.message_from_bytes(text, _class=EmailMessage, policy=policy.default))
                self.answer("221 bye" if word == b"QUIT" else "250 well")

        def answer(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"mailto://127.0.0.1:{server.server_address[1]}?from=fab@shop.example&to=team@shop.example", got
        server.shutdown()
        thread.join()
