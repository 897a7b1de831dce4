"""forward.py PORT HOST PORT hands connections on: as a published port does, or for the name that others know it by."""

import contextlib
import socket
import sys
import threading


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Hand on what comes until either side ends, then end both."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def serve(port: int, there: tuple[str, int]) -> None:
    """Hand every connection to `port` on to `there`."""
    with socket.create_server(("", port)) as server:
        while True:
            here, _address = server.accept()
            with contextlib.suppress(OSError):
                other = socket.create_connection(there, timeout=10)
                other.settimeout(None)
                for pair in ((here, other), (other, here)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()


if __name__ == "__main__":
    serve(int(sys.argv[1]), (sys.argv[2], int(sys.argv[3])))
