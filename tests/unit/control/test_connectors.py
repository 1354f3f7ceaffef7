"""Connectors as rules: what may be asked, and what reaches the routers' snapshot."""

from datetime import time

import pytest
from pydantic import ValidationError

from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused
from hub.control.versions import Versions
from hub.decision.connectors import Connector, Isolation, Limits, Wanted, Window
from hub.decision.events import RulesRef
from hub.decision.rulebook import Rulebook
from tests import support
from tests.control_support import change_set, connector, organisation, system, wish


async def write(control, *changes):
    return await control.write(change_set(*changes), actor="an")


async def snapshot(control):
    """Return the connectors as a router reads them from the versions in SQL."""
    versions, book = Versions(control.engine), Rulebook(support.HUB, support.MACS)
    head, hash_ = await versions.head()
    for number in range(1, head + 1):
        for key, value in (await versions.changes(number)).items():
            book.apply(key, value)
    return book.snapshot(RulesRef(version=head, hash=hash_)).connectors


async def test_a_connector_reaches_the_rules_whole(with_system):
    window = {"weekdays": [6, 5], "start": "22:00", "end": "06:00"}
    limits = {"per_second": 2.5, "concurrency": 8}
    config = {"url": "http://10.9.8.7/", "token": "env:TOKEN_MAU"}
    change = connector(config=config, isolation="process", limits=limits, windows=[window])
    await write(with_system, change)
    assert await snapshot(with_system) == {
        "ket-noi-a": Connector(
            name="ket-noi-a",
            adapter="mau",
            system="he-thong-a",
            config=config,
            isolation=Isolation.PROCESS,
            limits=Limits(per_second=2.5, concurrency=8),
            windows=(Window(weekdays=frozenset({5, 6}), start=time(22), end=time(6)),),
        )
    }


async def test_a_connector_put_again_changes_nothing(with_system):
    assert (await write(with_system, connector())).changed == 1
    assert (await write(with_system, connector())).changed == 0


async def test_a_connector_of_an_unknown_system_is_refused(with_system):
    with pytest.raises(ChangeRefused, match="unknown_entity"):
        await write(with_system, connector(system="khong-co"))


async def test_a_system_with_a_connector_is_not_retired(with_system):
    await write(with_system, connector())
    with pytest.raises(ChangeRefused, match="in_use"):
        await write(with_system, {"change": "delete_system", "system": "he-thong-a"})
    await write(with_system, wish(kind="stop"))
    await write(with_system, wish(kind="delete"))
    await write(with_system, {"change": "delete_system", "system": "he-thong-a"})
    assert await snapshot(with_system) == {}


async def test_an_adapter_that_is_not_installed_is_refused_with_words(with_system):
    with pytest.raises(ChangeRefused, match="adapter_unusable: no adapter of this name"):
        await write(with_system, connector(adapter="khong-co"))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, "url: missing"),
        ({"url": "a", "tuoi": "bi-mat"}, "tuoi: extra_forbidden"),
        ({"url": "a", "times": "bi-mat"}, "times: int_parsing"),
        ({"url": "a", "token": "bi-mat"}, "token: secret_reference"),
        ({"url": "a", "token": ["bi-mat"]}, "token: secret_reference"),
        ({"url": "a", "config_version": 9}, "config_version: version_unknown"),
    ],
)
async def test_a_config_that_the_adapter_refuses_names_field_and_rule_but_no_value(
    with_system, config, told
):
    with pytest.raises(ChangeRefused) as refused:
        await write(with_system, connector(config=config))
    assert refused.value.code == "config_refused"
    assert told in refused.value.detail
    assert refused.value.place == "changes/0/config"
    assert "bi-mat" not in str(refused.value)


def nested(levels):
    return {"a": nested(levels - 1)} if levels else {}


@pytest.mark.parametrize(
    "fields",
    [
        {"config": {"url": "NUL\0"}},
        {"config": {"NUL\0": 1}},
        {"config": {"url": "\ud800"}},
        {"config": {"times": 2**53 + 1}},
        {"config": {"times": float("nan")}},
        {"config": nested(17)},
        {"config": {"url": "a" * 70_000}},
        {"name": "HOA"},
        {"wanted": "flying"},
        {"limits": {"per_second": 0}},
        {"limits": {"per_second": float("inf")}},
        {"limits": {"concurrency": 0}},
        {"limits": {"concurency": 1}},
        {"windows": [{"weekdays": [7], "start": "22:00", "end": "06:00"}]},
        {"windows": [{"weekdays": [1, 1], "start": "22:00", "end": "06:00"}]},
        {"windows": [{"weekdays": [1], "start": "22:00+07:00", "end": "06:00"}]},
        {"windows": [{"weekdays": [1], "start": 1320, "end": "06:00"}]},
        {"networks": ["10.0.0.0/8"]},
        {"generation": 3},
    ],
    ids=str,
)
def test_what_cannot_be_stored_or_is_not_asked_so_is_refused(fields):
    with pytest.raises(ValidationError):
        change_set(connector(**fields))


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("pause", Wanted.PAUSED), ("stop", Wanted.STOPPED), ("resume", Wanted.RUNNING)],
)
async def test_what_is_wanted_is_a_new_version_and_repeating_it_is_none(with_system, kind, wanted):
    first = Wanted.PAUSED if wanted is Wanted.RUNNING else Wanted.RUNNING
    await write(with_system, connector(wanted=first.value))
    assert (await write(with_system, wish(kind=kind))).changed == 1
    assert (await snapshot(with_system))["ket-noi-a"].wanted is wanted
    assert (await write(with_system, wish(kind=kind))).changed == 0


async def test_a_new_config_does_not_start_what_was_stopped(with_system):
    await write(with_system, connector(), wish(kind="stop"))
    await write(with_system, connector(config={"url": "http://10.9.8.8/"}))
    found = (await snapshot(with_system))["ket-noi-a"]
    assert (found.wanted, found.config["url"]) == (Wanted.STOPPED, "http://10.9.8.8/")


async def test_a_generation_only_rises_and_survives_a_new_config(with_system):
    await write(with_system, connector())
    await write(with_system, wish(kind="restart", generation=3))
    assert (await write(with_system, wish(kind="restart", generation=2))).changed == 0
    await write(with_system, connector(config={"url": "http://10.9.8.8/"}))
    assert (await snapshot(with_system))["ket-noi-a"].generation == 3


@pytest.mark.parametrize("kind", ["pause", "resume", "stop", "restart"])
async def test_what_is_not_there_cannot_be_told_anything(with_system, kind):
    more = {"generation": 1} if kind == "restart" else {}
    with pytest.raises(ChangeRefused, match="unknown_entity: no connector ket-noi-a"):
        await write(with_system, wish(kind=kind, **more))


async def test_the_system_of_a_connector_is_fixed(with_system):
    await write(with_system, system("he-thong-b"), connector())
    with pytest.raises(ChangeRefused, match="connector_fixed"):
        await write(with_system, connector(system="he-thong-b"))


async def test_the_trail_of_a_connector_says_which_change_it_was(with_system):
    await write(with_system, connector())
    await write(with_system, wish(kind="pause"))
    queries = Queries(with_system.engine)
    entries = await queries.trail(before=None, entity="connector/ket-noi-a", limit=10)
    pages = [await queries.trail_entities(entry.id, "", 10) for entry in entries]
    assert [page.items[0]["action"] for page in pages] == ["pause_connector", "put_connector"]


async def test_a_hundred_connectors_are_one_version(control):
    systems = [system(f"he-thong-{n}") for n in range(100)]
    connectors = [connector(f"ket-noi-{n}", f"he-thong-{n}") for n in range(100)]
    written = await write(control, organisation(), *systems, *connectors)
    assert (written.version, written.changed) == (1, 201)
    assert len(await snapshot(control)) == 100
