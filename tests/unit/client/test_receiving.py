"""The inbox: proof of the sender, statements, where a restart begins."""

import asyncio
from typing import Any

import httpx2
import pytest
from lgsp_client import (
    UNVERIFIED,
    FileCursor,
    HubClient,
    HubError,
    HubRefused,
    HubUnverified,
    KeyRing,
    MemoryCursor,
)
from lgsp_client.progress import Progress
from lgsp_message.keys import verifying_key
from lgsp_message.limits import MAX_RECEIPT_ITEMS

from tests.support import GOOD_BODY, SENDER, key_of, signed
from tests.unit.client.fakes import IDENTITY, URL, other_key, problem, reply

SENDERS = verifying_key(key_of(SENDER).public_key(), "ES256")
RING = KeyRing({SENDER: {SENDERS.thumbprint: SENDERS}})


def fill(hub, count):
    for number in range(count):
        hub.deliver(signed(id=f"m{number}"))


def stated(hub):
    """Return (stage, ids) of each receipt."""
    return [(one["stage"], [item["id"] for item in one["messages"]]) for one in hub.receipts]


async def test_a_delivery_is_what_the_sender_signed(receive, hub):
    hub.deliver(signed())
    seen: list[Any] = []
    await receive(seen.append, verify=RING)
    (delivery,) = seen
    assert (delivery.source, delivery.id, delivery.body) == (SENDER, "msg-0001", GOOD_BODY)
    assert delivery.proven
    assert delivery.json()["state"] == 2
    assert delivery.type == "vn.gov.dossier.received.v1"


async def test_nothing_is_acknowledged_before_the_caller_says_so(receive, hub, tmp_path):
    fill(hub, 3)
    store = FileCursor(tmp_path / "cursor")
    await receive(lambda _: None, verify=RING, cursors=store)
    assert hub.receipts == []
    assert store.load() is None


async def test_statements_share_signed_receipts(receive, hub):
    fill(hub, 3)
    await receive(lambda _: ("processed",), verify=RING)
    assert stated(hub) == [("processed", ["m0", "m1", "m2"])]
    assert hub.receipts[0]["messages"][0] == {
        "source": "urn:hub:system:sender",
        "id": "m0",
        "token": "token-1",
    }


async def test_a_receipt_names_at_most_what_the_hub_takes(receive, hub):
    fill(hub, MAX_RECEIPT_ITEMS + 1)
    await receive(lambda _: ("delivered",), verify=RING, limit=1000)
    assert [len(ids) for _, ids in stated(hub)] == [MAX_RECEIPT_ITEMS, 1]


async def test_stages_are_stated_apart_and_a_rejection_has_its_reason(receive, hub):
    fill(hub, 2)

    def work(delivery):
        return ("rejected", "wrong_agency") if delivery.id == "m0" else ("acknowledged",)

    await receive(work, verify=RING)
    assert sorted(stated(hub)) == [("acknowledged", ["m1"]), ("rejected", ["m0"])]
    rejected = next(one for one in hub.receipts if one["stage"] == "rejected")
    assert rejected["messages"][0]["reason"] == "wrong_agency"


def _from(source, id_):
    return signed(id=id_, source=f"urn:hub:system:{source}")


async def test_a_receipt_names_messages_of_one_sender_and_all_go_together(receive, hub):
    for number, source in enumerate(["one", "two", "one", "three"]):
        hub.deliver(_from(source, f"m{number}"))
    await receive(lambda _: ("processed",), verify=UNVERIFIED)
    assert [ids for _, ids in stated(hub)] == [["m0", "m2"], ["m1"], ["m3"]]
    (together,) = [one for one in hub.requests if one.method == "POST"]
    assert together.headers["prefer"] == "wait=10"


async def test_of_receipts_that_go_together_one_refusal_keeps_back_its_own_only(
    receive, hub, tmp_path
):
    store = FileCursor(tmp_path / "cursor")
    for number, source in enumerate(["one", "two", "three"]):
        hub.deliver(_from(source, f"m{number}"))
    hub.refused = {"urn:hub:system:two"}
    with pytest.raises(HubRefused, match="key_revoked"):
        await receive(lambda _: ("processed",), verify=UNVERIFIED, cursors=store)
    assert [ids for _, ids in stated(hub)] == [["m0"], ["m2"]]
    # What was refused comes again after a restart, and with it what came later.
    await receive(lambda _: None, verify=UNVERIFIED, cursors=store)
    assert store.load() == "c000001"


async def test_a_stage_that_is_none_is_refused_here(receive, hub):
    fill(hub, 1)
    with pytest.raises(ValueError, match="a stage is one of"):
        await receive(lambda _: ("done",), verify=RING)


@pytest.mark.parametrize("reason", ["Sai cơ quan", "", "x" * 201, "a\n"])
async def test_a_reason_in_words_is_refused_here_not_by_the_hub_for_all(receive, hub, reason):
    fill(hub, 1)
    with pytest.raises(ValueError, match="a reason is a code"):
        await receive(lambda _: ("rejected", reason), verify=RING)


async def test_a_receipt_that_the_hub_decides_against_is_raised_not_lost(receive, hub, tmp_path):
    fill(hub, 1)
    store = FileCursor(tmp_path / "cursor")

    def work(_delivery):
        hub.faults.append(reply(200, {"state": "refused", "reason": "key_revoked"}))
        return ("delivered",)

    with pytest.raises(HubRefused, match="key_revoked"):
        await receive(work, verify=RING, cursors=store)
    assert store.load() is None


async def test_a_restart_goes_on_behind_what_was_acknowledged(receive, hub, tmp_path):
    fill(hub, 2)
    store, seen = FileCursor(tmp_path / "cursor"), []

    def work(delivery):
        seen.append(delivery.id)
        return ("delivered",)

    await receive(work, verify=RING, cursors=store)
    fill(hub, 3)
    await receive(work, verify=RING, cursors=store)
    assert seen == ["m0", "m1", "m0", "m1", "m2"]  # the second filling reuses the names


async def test_what_was_not_acknowledged_comes_again_after_a_restart(receive, hub, tmp_path):
    fill(hub, 4)
    store, seen = FileCursor(tmp_path / "cursor"), []

    def all_but_m1(delivery):
        return None if delivery.id == "m1" else ("delivered",)

    await receive(all_but_m1, verify=RING, cursors=store)
    await receive(lambda delivery: seen.append(delivery.id), verify=RING, cursors=store)
    assert seen == ["m1", "m2", "m3"]


async def test_a_caller_that_breaks_off_loses_nothing(receive, hub, tmp_path):
    fill(hub, 3)
    store, seen = FileCursor(tmp_path / "cursor"), []

    def work(delivery):
        if delivery.id == "m1":
            raise RuntimeError("the agency's own fault")
        return ("processed",)

    with pytest.raises(RuntimeError):
        await receive(work, verify=RING, cursors=store)
    assert stated(hub) == [("processed", ["m0"])]
    await receive(lambda delivery: seen.append(delivery.id), verify=RING, cursors=store)
    assert seen == ["m1", "m2"]


async def test_the_position_stays_while_the_hub_does_not_have_the_receipt(receive, hub, tmp_path):
    fill(hub, 1)
    store = FileCursor(tmp_path / "cursor")

    def work(_delivery):
        hub.faults.append(problem(400, "bad_delivery_token"))
        return ("delivered",)

    with pytest.raises(HubRefused, match="bad_delivery_token"):
        await receive(work, verify=RING, cursors=store)
    assert store.load() is None


async def test_a_lost_receipt_answer_is_repeated_as_the_same_message(receive, hub):
    fill(hub, 1)

    def work(_delivery):
        hub.faults.append(httpx2.ReadError("cut"))
        return ("delivered",)

    await receive(work, verify=RING)
    assert len(hub.taken) == 1
    assert len(hub.receipts) == 2  # received twice, one id


FORGED = {
    "bad_signature": lambda: signed(key=key_of(SENDER)),
    "unknown_key": lambda: signed(key=other_key()),
    "unknown_system": lambda: signed(source="urn:hub:system:stranger"),
    "wrong_audience": lambda: signed(hub="another-hub"),
}


def forged(hub, reason):
    hub.deliver(FORGED[reason]())
    if reason == "bad_signature":
        hub.inbox[-1]["data_base64"] = "e30="


@pytest.mark.parametrize("reason", FORGED)
async def test_what_cannot_be_proven_is_never_handed_out(receive, hub, reason):
    fill(hub, 1)
    forged(hub, reason)
    seen: list[Any] = []
    with pytest.raises(HubUnverified) as doubt:
        await receive(lambda delivery: seen.append(delivery.id), verify=RING)
    assert doubt.value.reason == reason
    assert seen == ["m0"]


@pytest.mark.parametrize("reason", FORGED)
async def test_what_cannot_be_proven_may_be_rejected_with_the_reason(receive, hub, reason):
    forged(hub, reason)
    fill(hub, 1)
    seen: list[Any] = []
    await receive(lambda delivery: seen.append(delivery.id), verify=RING, on_unverified="reject")
    assert seen == ["m0"]
    assert hub.receipts[0]["stage"] == "rejected"
    assert hub.receipts[0]["messages"][0]["reason"] == reason


async def test_an_attribute_changed_outside_the_signature_is_found(receive, hub):
    hub.deliver(signed())
    hub.inbox[0]["attributes"]["subject"] = "khác"
    with pytest.raises(HubUnverified, match="attribute_mismatch"):
        await receive(lambda _: None, verify=RING)


async def test_not_checking_has_a_name_and_leaves_its_mark(receive, hub):
    hub.deliver(signed(key=other_key()))
    seen: list[Any] = []
    await receive(seen.append, verify=UNVERIFIED)
    assert [delivery.proven for delivery in seen] == [False]
    assert "UNVERIFIED" in repr(UNVERIFIED)


@pytest.mark.parametrize("status", [429, 503])
async def test_receiving_outlives_an_outage(receive, hub, status):
    fill(hub, 1)
    hub.faults += [problem(status, "unavailable", {"retry-after": "0"})] * 3
    seen: list[Any] = []
    await receive(seen.append, verify=RING)
    assert len(seen) == 1


async def test_statements_go_while_the_reader_waits_for_messages(hub, clock):
    fill(hub, 1)
    async with (
        HubClient(URL, IDENTITY, transport=hub.transport, world=clock.world) as client,
        client.receive(verify=RING, flush_seconds=0.01, cursors=MemoryCursor()) as inbox,
    ):
        delivery = await anext(aiter(inbox))
        await delivery.ack("delivered")
        assert hub.receipts == []
        async with asyncio.timeout(30):
            while not hub.receipts:  # noqa: ASYNC110  (the fake hub has no event to wait for)
                await asyncio.sleep(0.005)


async def test_what_goes_wrong_behind_the_readers_back_is_raised_in_its_task(hub, clock):
    fill(hub, 2)

    async def read():
        async with (
            HubClient(URL, IDENTITY, transport=hub.transport, world=clock.world) as client,
            client.receive(verify=RING, flush_seconds=0.01) as inbox,
        ):
            async for delivery in inbox:
                hub.faults.append(problem(400, "key_revoked"))
                await delivery.ack("delivered")
                await asyncio.sleep(0.1)
                read_on.append(delivery.id)

    read_on: list[str] = []
    with pytest.raises(HubRefused, match="key_revoked"):
        await read()
    assert read_on == ["m0"]


async def test_an_ack_after_the_end_is_an_error_not_a_silence(receive, hub):
    fill(hub, 1)
    kept: list[Any] = []
    await receive(kept.append, verify=RING)

    async def ack_late():
        await kept[0].ack("delivered")

    with pytest.raises(HubError, match="closed"):
        await ack_late()


async def test_waiting_for_a_hub_that_is_away_can_be_seen(receive, hub, caplog):
    hub.faults.append(problem(503, "unavailable", {"retry-after": "0"}))
    await receive(lambda _: None, verify=RING)
    assert "the hub answers 503; next try in" in caplog.text


async def test_old_statements_go_with_the_next_ack(receive, hub, clock):
    fill(hub, 2)

    def work(delivery):
        if delivery.id == "m1":
            clock.seconds += 2
            assert hub.receipts == []
        return ("delivered",)

    await receive(work, verify=RING, flush_seconds=1)
    assert stated(hub)[0] == ("delivered", ["m0", "m1"])


def test_progress_is_the_end_of_the_unbroken_row():
    progress = Progress()
    for cursor in "abc":
        progress.handed_out(cursor)
    progress.passed("d")
    assert progress.safe is None
    progress.settled("b")
    assert progress.safe is None
    progress.settled("a")
    assert progress.safe == "b"
    progress.settled("c")
    progress.settled("c")
    assert progress.safe == "d"
