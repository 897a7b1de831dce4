"""A long way to the host, on loopback: a TCP relay that hands every piece on after a fixed time."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time


class Delay:
    """Relays 127.0.0.1:`port` to `target`; each direction takes `seconds`, however many pieces are under way."""

    def __init__(self, target: int, seconds: float) -> None:
        self.target, self.seconds = target, seconds
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Delay:
        return self

    def __exit__(self, *_) -> None:
        self.server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                host = socket.create_connection(("127.0.0.1", self.target))
                for source, sink in ((client, host), (host, client)):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._relay(source, sink)

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        under_way: queue.Queue[tuple[float, bytes]] = queue.Queue()
        threading.Thread(target=self._take, args=(source, under_way), daemon=True).start()
        threading.Thread(target=self._hand_on, args=(under_way, sink), daemon=True).start()

    def _take(self, source: socket.socket, under_way: queue.Queue) -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            under_way.put((time.monotonic() + self.seconds, data))

    def _hand_on(self, under_way: queue.Queue, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
