import subprocess
import sys
from typing import Any

import pytest
from lgsp_adapter import load_config, render
from lgsp_adapter.kit import ServiceKit, SinkKit, SourceKit, promises, run_kit

from tests.unit.adapter import agency, counter
from tests.unit.adapter.bad import services, sinks, sources

BASES = {"source": SourceKit, "sink": SinkKit, "service": ServiceKit}
SHELVES = {"source": sources, "sink": sinks, "service": services}
BAD = [(kind, *row) for kind, shelf in SHELVES.items() for row in shelf.BAD.items()]
GOOD = [
    ("source", agency.GoodSource, agency.Outbox),
    ("sink", agency.GoodSink, agency.Intake),
    ("sink", agency.LookUpSink, agency.Forgetful),
    ("sink", agency.OnceSink, agency.Forgetful),
    ("service", counter.GoodService, counter.Counter),
]


def short(value):
    return getattr(value, "__name__", value)


def kit_of(kind, cls, peer_class, tmp_path):
    page = tmp_path / "reference.md"
    page.write_text(render(getattr(cls, "documented", cls.spec)), encoding="utf-8")

    base: Any = BASES[kind]

    class Kit(base):  # type: ignore[misc]  # one of three, chosen at run time
        adapter, reference, patience = cls, page, 0.2

        def peer(self):
            return peer_class()

        def make(self, peer):
            config = load_config(cls.spec.config, peer.config)
            return cls(config) if kind == "service" else cls(config, peer)

    return Kit


@pytest.mark.parametrize(("kind", "cls", "peer"), GOOD, ids=short)
def test_a_good_adapter_keeps_every_promise(kind, cls, peer, tmp_path):
    kit = kit_of(kind, cls, peer, tmp_path)
    assert run_kit(kit) == dict.fromkeys(promises(kit))


@pytest.mark.parametrize(("kind", "name", "cls"), BAD, ids=short)
def test_a_bad_adapter_breaks_exactly_its_promise(kind, name, cls, tmp_path):
    found = run_kit(kit_of(kind, cls, SHELVES[kind].PEER, tmp_path))
    assert {promise: why for promise, why in found.items() if why}.keys() == {name}, found


def test_every_promise_has_an_adapter_that_breaks_it():
    for kind, shelf in SHELVES.items():
        assert list(shelf.BAD) == promises(BASES[kind])


PLUGGED_IN = """
from pathlib import Path

import pytest
from lgsp_adapter import load_config
from lgsp_adapter.kit import SourceKit

from tests.unit.adapter.agency import Outbox
from tests.unit.adapter.bad.sources import CutsTexts


class TestAgency(SourceKit):
    adapter, reference = CutsTexts, Path(__file__).with_name("no-page.md")
    patience = 0.2

    def peer(self):
        return Outbox()

    def make(self, peer):
        return CutsTexts(load_config(CutsTexts.spec.config, peer.config), peer)
"""


def test_pytest_alone_runs_a_kit_and_names_what_is_not_kept(tmp_path, pytestconfig):
    (tmp_path / "test_agency.py").write_text(PLUGGED_IN, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers"]
    done = subprocess.run(  # noqa: PLW1510  (the exit status is looked at)
        [*command, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    assert "not kept: TestAgency: reference_is_current" in done.stdout
    assert "not kept: TestAgency: a_large_document_arrives_whole" in done.stdout
    assert f"{len(promises(SourceKit)) - 2} of {len(promises(SourceKit))} promises" in done.stdout
