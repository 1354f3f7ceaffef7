"""A wire between browser and hub that can be cut: what a dropped connection really is."""

import contextlib
import socket
import threading

SECONDS = 10
CHUNK = 65_536


class Wire:
    """Carries bytes both ways. Use it as `with`; `cut` drops all, `mend` lets new ones through."""

    def __init__(self, port):
        self._to = ("127.0.0.1", port)
        self._whole = True
        self._open = set()
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake a thread that waits in `accept`.
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()

    def cut(self):
        """Drop every connection, and each that is made from now on."""
        with self._lock:
            self._whole = False
            dropped, self._open = self._open, set()
        for one in dropped:
            _end(one)

    def mend(self):
        """Let new connections through."""
        with self._lock:
            self._whole = True

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                self._join(self._door.accept()[0])

    def _join(self, near):
        far = socket.create_connection(self._to, SECONDS)
        far.settimeout(None)
        with self._lock:
            whole = self._whole
            if whole:
                self._open |= {near, far}
        if not whole:
            _end(near)
            _end(far)
            return
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                other.sendall(data)
        with self._lock:
            self._open -= {one, other}
        _end(one)
        _end(other)


def _end(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
