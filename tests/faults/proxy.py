"""A bad network on loopback: a TCP relay before sshd that can cut, swallow or delay what passes."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Proxy:
    """Relays connections to `target` on 127.0.0.1; `delay` (seconds) slows each piece; `refuse` refuses new ones."""

    def __init__(self, target: int) -> None:
        self.target, self.delay, self.refuse = target, 0.0, False
        self.silent: set[socket.socket] = set()
        self.links: list[socket.socket] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self) -> None:
        """Reset every connection there is; new ones pass."""
        links, self.links = self.links, []
        for link in links:
            with contextlib.suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                link.shutdown(socket.SHUT_RDWR)
            link.close()

    def swallow(self) -> None:
        """Lose, from now on, every byte of the connections there are; new ones pass."""
        self.silent.update(self.links)
        self.links = []

    def close(self) -> None:
        """End the relay."""
        self.server.close()
        self.reset()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                if self.refuse:
                    client.close()
                    continue
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            host = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self.links += [client, host]
        for pair in ((client, host), (host, client)):
            threading.Thread(target=self._relay, args=pair, daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.delay)
                if source not in self.silent:
                    sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
