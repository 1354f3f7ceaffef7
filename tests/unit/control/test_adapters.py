"""Adapters are found by entry point; a broken one harms neither the hub nor the others."""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest
from lgsp_adapter import Kind

from hub.control.adapters import GROUP, AdapterUnusable, InstalledAdapters
from tests.control_support import ADAPTER, SAMPLE


class Sample:
    """Its declaration is what the control plane looks at."""

    spec = SAMPLE


class Other:
    """Has no declaration."""


@pytest.fixture
def installed(monkeypatch):
    """Return adapters of a module that exists in this test only."""
    module: Any = ModuleType("bo_chuyen_mau")
    module.Sample, module.Other = Sample, Other
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def of(**names):
        points = [EntryPoint(name, f"bo_chuyen_mau:{what}", GROUP) for name, what in names.items()]
        return InstalledAdapters(lambda: points)

    return of


def test_an_adapter_is_found_by_its_name(installed):
    adapters = installed(**{ADAPTER: "Sample"})
    assert adapters.spec(ADAPTER).kind is Kind.SINK
    (one,) = adapters.all()
    assert (one.name, one.spec, one.problem) == (ADAPTER, SAMPLE, None)


def test_one_that_is_not_installed_is_refused_with_the_next_step(installed):
    with pytest.raises(AdapterUnusable, match=r"installed: mau\): install its package"):
        installed(**{ADAPTER: "Sample"}).spec("khac")


@pytest.mark.parametrize(
    ("name", "what", "told"),
    [
        ("mau", "KhongCo", "AttributeError"),
        ("mau", "Other", "has no `spec`"),
        ("khac", "Sample", "another name"),
    ],
)
def test_a_broken_one_is_listed_with_its_problem_beside_the_others(installed, name, what, told):
    adapters = installed(**{name: what, "tot": "Other"})
    with pytest.raises(AdapterUnusable, match=told):
        adapters.spec(name)
    assert [one.spec for one in adapters.all()] == [None, None]
    assert told in str({one.name: one for one in adapters.all()}[name].problem)


@pytest.mark.parametrize("error", [ImportError("mật khẩu"), SystemExit(3), ValueError("x")])
def test_whatever_its_import_raises_stays_its_own(error):
    class Raising(EntryPoint):
        def load(self):
            raise error

    adapters = InstalledAdapters(lambda: [Raising("hong", "a:b", GROUP)])
    (one,) = adapters.all()
    # The kind of the error only: its text may quote anything.
    assert one.problem == type(error).__name__


def test_the_adapters_of_this_environment_can_be_asked_for():
    assert all(one.spec or one.problem for one in InstalledAdapters().all())
