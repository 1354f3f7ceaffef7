"""The class path holds exactly what was pinned, or the broker does not start."""

import hashlib
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.console import Console

from hub.io.embedded.errors import DataDirectoryUnusable, JarHashWrong
from hub.io.embedded.jars import Jar, Pins, cache_directory, ensure_jars, load_pins

CONTENT = {"test:one:1": b"first synthetic jar", "test:two:2": b"second synthetic jar"}


def pin(coordinates, content):
    digest = hashlib.sha256(content).hexdigest()
    return Jar(coordinates=coordinates, sha256=digest, size=len(content))


PINS = Pins(kafka="0.test", jars=tuple(pin(name, content) for name, content in CONTENT.items()))


class Repository:
    """A fetch that serves CONTENT and remembers what was asked for."""

    def __init__(self, content=None):
        self.content = CONTENT if content is None else content
        self.asked = []
        self.lock = threading.Lock()

    def __call__(self, jar, into, advance):
        with self.lock:
            self.asked.append(jar.coordinates)
        target = into / jar.name
        target.write_bytes(self.content[jar.coordinates])
        advance(jar.size)
        return target


def ensure(cache, fetch):
    quiet = Console(file=io.StringIO())
    return ensure_jars(pins=PINS, cache=cache, fetch=fetch, console=quiet)


def flip_one_byte(path):
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)


def test_what_was_fetched_once_is_never_asked_for_again(tmp_path):
    repository = Repository()
    paths = ensure(tmp_path, repository)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert ensure(tmp_path, repository) == paths
    assert sorted(repository.asked) == sorted(CONTENT)


def test_a_flipped_byte_in_a_fetched_jar_is_refused_and_not_kept(tmp_path):
    forged = CONTENT | {"test:two:2": b"Second synthetic jar"}
    with pytest.raises(JarHashWrong, match=r"two-2\.jar .* not the pinned file"):
        ensure(tmp_path, Repository(forged))
    assert not (tmp_path / "0.test" / "two-2.jar").exists()


def test_a_flipped_byte_in_the_cache_is_never_used(tmp_path):
    _, second = ensure(tmp_path, Repository())
    flip_one_byte(second)
    repository = Repository()
    ensure(tmp_path, repository)
    assert repository.asked == ["test:two:2"]
    assert second.read_bytes() == CONTENT["test:two:2"]


def test_two_starts_at_once_fetch_each_jar_once(tmp_path):
    repository = Repository()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: ensure(tmp_path, repository), range(2))
    assert first == second
    assert sorted(repository.asked) == sorted(CONTENT)


def test_nothing_unfinished_stays_in_the_cache(tmp_path):
    ensure(tmp_path, Repository())
    left = {path.name for path in (tmp_path / "0.test").iterdir()}
    assert left == {".lock", "one-1.jar", "two-2.jar"}


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a directory")
    with pytest.raises(DataDirectoryUnusable, match="XDG_CACHE_HOME"):
        ensure(in_the_way, Repository())


def test_the_cache_follows_the_xdg_specification(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/nobody")
    assert cache_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "lgsp-hub" / "kafka"
    assert str(cache_directory({"XDG_CACHE_HOME": "relative"})).startswith("/home/nobody/.cache")
    assert str(cache_directory({})).startswith("/home/nobody/.cache/")


def test_the_shipped_pins_are_one_kafka_with_one_log_binding():
    pins = load_pins()
    kafka = {j.coordinates for j in pins.jars if j.coordinates.startswith("org.apache.kafka:")}
    assert len(kafka) > 10
    assert {name.rpartition(":")[2] for name in kafka} == {pins.kafka}
    bindings = [jar.name for jar in pins.jars if re.match("log4j-slf4j|slf4j-(?!api)", jar.name)]
    assert bindings == ["log4j-slf4j-impl-2.25.4.jar"]
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in pins.jars)
    assert len({jar.name for jar in pins.jars}) == len(pins.jars)
