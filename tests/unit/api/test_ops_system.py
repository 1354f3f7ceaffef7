"""`/ops/system`: versions, brokers, room; what cannot be asked is not told as nothing."""

from hub.io.kafka.cluster import Broker


async def test_brokers_that_do_not_answer_are_unknown_and_the_rest_is_told(rig):
    found = await rig.get("/ops/system")
    assert found["brokers"] is None
    assert found["database"]["kind"] == "sqlite"
    assert found["database"]["version"].startswith("3.")
    assert 0 < found["disk"]["free"] <= found["disk"]["total"]
    assert found["hub"]


async def test_brokers_are_told_by_number(rig, monkeypatch):
    async def known():
        return (Broker(node=1, host="kafka-mau", port=9092, controller=True),)

    monkeypatch.setattr(rig.ops.brokers, "_ask", known)
    (one,) = (await rig.get("/ops/system"))["brokers"]
    assert one == {"node": 1, "host": "kafka-mau", "port": 9092, "controller": True}
