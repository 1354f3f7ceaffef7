"""Jars come from any Maven repository; its failures become our errors."""

import gc
import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stamina
from rich.console import Console

from hub.io.embedded.errors import JarHashWrong, JarsUnavailable
from hub.io.embedded.jars import Jar, Pins, ensure_jars

pytestmark = [
    pytest.mark.enable_socket,
    # jgo 3.2 leaves the connection of every answer other than 200 open; `collected` below makes
    # the complaint come in the test that caused it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CONTENT = b"synthetic jar " * 1_000
PLACE = "/test/group/one/1/one-1.jar"


@pytest.fixture
def repository(monkeypatch):
    """Serve `pages` (path to a list of answers, the last one for ever) on loopback."""
    pages: dict[str, list[tuple[int, bytes]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answers = pages.get(self.path, [(404, b"")])
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()


@pytest.fixture(autouse=True)
def collected():
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def no_waiting():
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def ensure(cache, url, output=None):
    jar = Jar(
        coordinates="test.group:one:1",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
    )
    console = Console(file=output or io.StringIO())
    pins = Pins(kafka="0.test", jars=(jar,))
    return ensure_jars(pins=pins, cache=cache, repository=url, console=console)


def test_a_mirror_serves_as_well_as_the_public_repository(tmp_path, repository):
    url, pages = repository
    pages[PLACE] = [(200, CONTENT)]
    output = io.StringIO()
    (path,) = ensure(tmp_path, url, output)
    assert path.read_bytes() == CONTENT
    assert "Fetching Apache Kafka: 1 files" in output.getvalue()


def test_a_failing_answer_is_asked_again(tmp_path, repository):
    url, pages = repository
    pages[PLACE] = [(503, b""), (200, CONTENT)]
    (path,) = ensure(tmp_path, url)
    assert path.read_bytes() == CONTENT


def test_another_file_under_the_same_name_is_refused(tmp_path, repository):
    url, pages = repository
    pages[PLACE] = [(200, CONTENT[:-1] + b"!")]
    with pytest.raises(JarHashWrong, match="do not use the file"):
        ensure(tmp_path, url)


def test_a_missing_jar_says_where_it_was_asked_for(tmp_path, repository):
    url, _ = repository
    with pytest.raises(JarsUnavailable, match=url):
        ensure(tmp_path, url)


def test_no_network_is_unavailable_not_a_crash(tmp_path):
    with pytest.raises(JarsUnavailable, match="see that this machine reaches it"):
        ensure(tmp_path, "http://127.0.0.1:9")
