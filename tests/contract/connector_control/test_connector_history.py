"""How a connector was configured, the way back, and whether it runs as it stands."""

from datetime import UTC, datetime

import msgspec

from hub.control.queries import Queries
from hub.decision.connector_record import ConnectorRecord, connector_of
from hub.decision.connectors import digest_of
from hub.io.sql.connector_status import ConnectorStatuses
from tests.connector_api import WHY, problem, trail
from tests.contract.connector_control.test_admin_connectors import Report
from tests.control_support import change_set, connector, wish

ONE = "/connectors/ket-noi-a"
OTHER = {"url": "http://10.9.8.99/"}


async def past(client, **query):
    return (await client.get(f"{ONE}/history", params=query)).json()


async def test_each_configuration_stands_with_who_and_why(client, control):
    await control.write(change_set(connector(config=OTHER), reason="Đổi địa chỉ"), actor="binh")
    await control.write(change_set(wish()), actor="binh")
    paused, changed, made = (await past(client))["items"]
    assert [one["action"] for one in (paused, changed, made)] == [
        *("pause_connector", "put_connector", "put_connector"),
    ]
    assert (changed["actor"], changed["reason"]) == ("binh", "Đổi địa chỉ")
    assert changed["value"]["config"]["url"] != made["value"]["config"]["url"]
    first = await past(client, limit=2)
    rest = await past(client, limit=2, before=first["next"])
    assert [one["version"] for one in first["items"] + rest["items"]] == [
        one["version"] for one in (paused, changed, made)
    ]


async def test_the_way_back_is_a_new_version_and_keeps_what_was_ordered(client, control):
    window = {"weekdays": [5, 6], "start": "22:00", "end": "06:00"}
    await control.write(change_set(connector(windows=[window])), actor="an")
    good = (await past(client))["items"][0]
    await control.write(change_set(connector(config=OTHER)), actor="binh")
    await control.write(change_set(wish()), actor="binh")
    body = {"version": good["version"], "reason": WHY}
    for _ in range(2):  # safe to repeat
        answer = await client.post(f"{ONE}:rollback", json=body)
        assert answer.status_code == 200, answer.text
    now = (await client.get(ONE)).json()
    assert now["config"] == good["value"]["config"]
    assert now["windows"] == good["value"]["windows"]
    assert now["wanted"] == "paused"
    assert (await trail(client, "connector/ket-noi-a"))[0] == ("an", WHY)
    assert (await past(client))["items"][0]["version"] == good["version"] + 3


async def test_there_is_no_way_back_to_what_never_was(client, control):
    newest = (await past(client))["items"][0]["version"]
    for version in (newest + 1, 9_999):
        answer = await client.post(f"{ONE}:rollback", json={"version": version, "reason": WHY})
        problem(answer, 404, "not_found")
    answer = await client.post(f"{ONE}:rollback", json={"version": newest, "reason": " "})
    assert answer.status_code == 422
    assert (await past(client))["items"][0]["version"] == newest
    assert await Queries(control.engine).one("connector", "ket-noi-a")


async def test_a_connector_tells_whether_it_runs_as_it_stands(client, control):
    item = await Queries(control.engine).one("connector", "ket-noi-a")
    record = msgspec.convert(item, ConnectorRecord)
    running = digest_of(connector_of("ket-noi-a", record))
    report = Report(at=datetime.now(UTC), running=running)
    await ConnectorStatuses(control.engine).report([report])
    shown = (await client.get(ONE)).json()
    assert (shown["deployed"], shown["reported"]["breaker"]) == (True, "open")
    await control.write(change_set(connector(config=OTHER)), actor="binh")
    assert (await client.get(ONE)).json()["deployed"] is False
