"""The samples' time stamping authority on a port of this machine: RFC 3161, section 3.4."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

from simulator.pki.timestamps import TimeStamper

_MAX_REQUEST: Final = 10_000
"""Bytes; a request holds one hash and a number."""
_SECONDS: Final = 10.0


@contextmanager
def serving(stamper: TimeStamper) -> Iterator[str]:
    """Give the address of an authority that stamps with the clock of this machine."""

    class Handler(_Handler):
        by = stamper

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True, name="tsa")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    by: TimeStamper
    timeout = _SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _MAX_REQUEST:
            self.send_error(413)
            return
        # Any bytes get an answer: a refusal is one, too.
        answer = self.by.respond(self.rfile.read(int(length)), datetime.now(UTC))
        self.send_response(200)
        self.send_header("content-type", "application/timestamp-reply")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_told: Any) -> None:
        """Say nothing: standard error is the demo's."""
