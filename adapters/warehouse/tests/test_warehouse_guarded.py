"""The warehouse is reached at approved addresses only, at every reconnect."""

import pytest
from hub_adapter_warehouse import Warehouse
from lgsp_adapter import Context
from lgsp_adapter.guard import UNSAFE_LOOPBACK, AddressRefused
from lgsp_adapter.testing.guarded import answering, behind_a_port, listening, nobody_came

NAME = "kho.so-mau.example"
HERE = (UNSAFE_LOOPBACK,)


@pytest.fixture
def listener():
    with listening() as made:
        yield made


def warehouse_at(host, port, **more):
    where = {"host": host, "port": port, "database": "mau", "user": "hub", "connect_seconds": 5}
    return Warehouse(Warehouse.config_of({**where, **more}))


@pytest.mark.parametrize("networks", [(), ("10.20.0.0/16",), ("127.0.0.0/8",)])
@pytest.mark.parametrize("host", ["127.0.0.1", NAME])
async def test_what_is_not_approved_gets_no_packet(host, networks, listener, monkeypatch):
    answering(monkeypatch, ["127.0.0.1"])
    made = warehouse_at(host, listener.getsockname()[1])
    with pytest.raises(AddressRefused):
        await made.open(Context("test", networks=networks))
    await made.close()
    assert nobody_came(listener)


@pytest.mark.parametrize("host", ["/run/postgresql", "@mau"])
async def test_a_socket_of_this_machine_is_refused_whatever_is_approved(host):
    made = warehouse_at(host, 5432)
    with pytest.raises(AddressRefused) as refused:
        await made.open(Context("test", networks=("0.0.0.0/0",)))
    assert refused.value.rule == "local_path"


async def test_it_connects_to_the_checked_address_and_asks_anew_when_the_line_broke(
    place, monkeypatch
):
    if not place["host"].startswith("/"):
        pytest.skip("TEST_POSTGRES_URL names a host: its socket is not known")
    # No name server knows the name: libpq, were it to ask again, would not arrive.
    asked = answering(monkeypatch, ["127.0.0.2", "127.0.0.1"], ["10.30.0.1"])
    path = f"{place['host']}/.s.PGSQL.{place.get('port', 5432)}"
    async with behind_a_port(path) as (port, lines):
        made = warehouse_at(NAME, port, database=place["database"], user=place["user"])
        await made.open(Context("test", networks=HERE))
        assert (await made.check()).ok
        assert asked == [NAME]
        await made._store.close()
        with pytest.raises(AddressRefused):
            await made.check()
        await made.close()
    assert asked == [NAME, NAME]
    assert len(lines) == 1
