"""A foreign system on loopback: takes what is pushed, or refuses it while it is told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Peer:
    """Use it as `with`; `refuses` decides what it answers from now on."""

    def __init__(self):
        self.refuses = False
        self.taken: list[bytes] = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if not peer.refuses:
                    peer.taken.append(body)
                self.send_response(422 if peer.refuses else 204)
                self.send_header("content-length", "0")
                self.end_headers()

            def do_HEAD(self):
                """Answer whoever asks whether there is anybody."""
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                """Say nothing: the test's own output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/nhan"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
