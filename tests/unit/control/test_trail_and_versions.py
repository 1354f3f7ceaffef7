"""Each write is in the trail and in the chain of versions, in the transaction that made it."""

import asyncio

import pytest
from pydantic import ValidationError

from hub.control import service
from hub.control.queries import Queries
from hub.control.seed import seed_schemas
from hub.control.versions import Versions
from hub.decision.rulebook import version_hash
from hub.ports import Unavailable
from hub.schemas.catalogue import shipped
from tests.control_support import change_set, code, organisation, system


async def test_the_trail_says_who_when_what_and_why(control):
    written = await control.write(change_set(organisation(), reason="Lập xã mới"), actor="an")
    (entry,) = await Queries(control.engine).trail(before=None, entity="", limit=10)
    assert (entry.actor, entry.reason, entry.version) == ("an", "Lập xã mới", 1)
    assert entry.at == written.at
    page = await Queries(control.engine).trail_entities(entry.id, "", 10)
    assert page.items == [{"entity": "organisation/xa-a", "action": "put_organisation"}]


async def test_a_write_that_changes_nothing_is_in_the_trail_too(control):
    for _ in range(2):
        await control.write(change_set(organisation()), actor="an")
    newest, oldest = await Queries(control.engine).trail(before=None, entity="", limit=10)
    assert (newest.version, newest.changes) == (None, 0)
    assert oldest.version == 1


async def test_the_trail_of_one_entity_shows_only_what_touched_it(control):
    await control.write(change_set(organisation()), actor="an")
    await control.write(change_set(organisation("xa-b")), actor="binh")
    queries = Queries(control.engine)
    (entry,) = await queries.trail(before=None, entity="organisation/xa-b", limit=10)
    assert entry.actor == "binh"


@pytest.mark.parametrize("reason", ["", "ok", "  có lý do", "xuống\ndòng", "a" * 501, "NUL\0"])
def test_a_write_without_a_readable_reason_is_refused(reason):
    with pytest.raises(ValidationError):
        change_set(organisation(), reason=reason)


async def test_each_version_is_chained_to_the_one_before(control):
    await control.write(change_set(organisation(), code()), actor="an")
    await control.write(change_set({"change": "delete_code", "code": "H99.01"}), actor="an")
    versions, previous = Versions(control.engine), "00" * 32
    for number, changes in ((1, 2), (2, 1)):
        stored = await versions.get(number)
        assert stored is not None
        assert stored.record.previous == previous
        assert stored.record.changes == changes
        previous = version_hash(previous, (await versions.changes(number)).items())
        assert stored.record.hash == previous
    assert await versions.head() == (2, previous)
    assert await versions.changes(2) == {"code/H99.01": None}


async def test_writes_at_the_same_time_become_versions_one_after_the_other(control):
    requests = [change_set(organisation(f"xa-{n}")) for n in range(10)]
    written = await asyncio.gather(*(control.write(one, actor="an") for one in requests))
    assert sorted(one.version for one in written) == list(range(1, 11))


async def test_nothing_is_written_when_the_trail_cannot_be(control, monkeypatch):
    async def fail(*_):
        raise ConnectionError("SQL went away")

    monkeypatch.setattr(service, "_save_trail", fail)
    with pytest.raises(Unavailable):
        await control.write(change_set(organisation()), actor="an")
    assert await Versions(control.engine).head() == (0, "00" * 32)
    assert await Queries(control.engine).one("organisation", "xa-a") is None


async def test_pages_give_each_entity_once(control):
    await control.write(change_set(*(organisation(f"xa-{n}") for n in range(7))), actor="an")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await Queries(control.engine).page("organisation", after, 3)
        seen += [item["id"] for item in page.items]
        after = page.next
    assert seen == [f"xa-{n}" for n in range(7)]


async def test_every_shipped_schema_is_published_once(control):
    first = await seed_schemas(control)
    assert first.changed == len(shipped())
    assert (await seed_schemas(control)).changed == 0


async def test_a_thousand_entities_are_one_version(control):
    changes = [organisation(f"xa-{n}") for n in range(1_100)]
    changes += [system(f"he-thong-{n}", f"xa-{n}") for n in range(1_100)]
    assert (await control.write(change_set(*changes), actor="an")).changed == 2_200
