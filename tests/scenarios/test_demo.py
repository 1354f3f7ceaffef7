"""The demo end to end: a whole hub, the province over public HTTP, the verdict from Kafka alone."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from simulator.agencies import Tiers
from simulator.plan import Fault
from simulator.province import Province
from simulator.registration import register

pytestmark = pytest.mark.kafka

SMALL_DAY = ("--rate", "20", "--speed", "5700")
"""120 messages in 6 seconds."""
TINY_DAY = ("--rate", "10", "--speed", "7600")
"""45 messages in 4.5 seconds."""
BAD_PEERS = ("--misbehave", "0.2")
"""Every fifth call of a foreign system goes wrong: on a small day 0.05 would hardly show."""
PEERS = {"notify", "axis", "payment", "vnpost", "dvcqg"}
DEMO_SECONDS = 240
REASONS = {
    "bad_signature",
    "clock_ahead",
    "id_reused",
    "not_permitted",
    "schema_violation",
    "secret_marking",
    "too_large",
    "unknown_key",
    "wrong_audience",
}
"""Every kind of bad traffic but the honest repetition, which is no refusal."""


def command(*arguments):
    return [sys.executable, "-P", "-m", *arguments]


def environ():
    """Return variables without any setting of a hub: other tests' hubs are not the demo's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}


@pytest.mark.long
def test_two_provinces_merge_and_the_districts_go_at_noon_and_nothing_is_lost(tmp_path):
    ended = subprocess.run(
        [*command("hub.cli.main", "demo", "--once", "--json", "--reorganise", *SMALL_DAY)],
        cwd=tmp_path,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["lost"] == told["doubled"] == told["wrong"] == 0
    noon = told["reorganisation"]
    assert noon["rerouted"] > 0, "old codes still reach"
    assert noon["manual_review"] == noon["chosen"] > 0, "of a split office a person says who"
    assert noon["waiting"] == 0
    assert noon["statuses_to_old_letters"] >= 14


def test_a_day_of_the_demo_loses_doubles_and_misjudges_nothing(tmp_path):
    ended = subprocess.run(
        [*command("hub.cli.main", "demo", "--once", "--json", *SMALL_DAY, *BAD_PEERS)],
        cwd=tmp_path,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["lost"] == told["doubled"] == told["wrong"] == 0
    assert told["refused"].keys() == REASONS
    assert told["duplicates"] >= 1
    refused = sum(told["refused"].values())
    assert told["submitted"] == told["admitted"] + refused + told["duplicates"] + told["lost"]
    assert told["submitted"] >= 120
    # Foreign systems count by themselves, so it may be fewer than were admitted.
    assert told["delivered"] == told["received"] == told["acknowledged"] > 100
    assert 0 < told["p50_ms"] <= told["p95_ms"] <= told["p99_ms"]
    assert set(told["foreign"]) == PEERS
    for peer, flow in told["foreign"].items():
        assert flow["lost"] == flow["doubled"] == 0, (peer, told["examples"])
        assert flow["sent"] >= flow["received"] > 0, peer
        assert flow["sent"] - flow["received"] <= flow["dead_letters"], peer
    expect_published_figures(told["indicators"])
    assert not list(tmp_path.iterdir()), "with --once nothing is left behind"


def expect_published_figures(found):
    """Check what the page's own API showed: each share within one dossier of what is published."""
    assert {(one["what"], one["where"]) for one in found} >= {
        *(("online", level) for level in ("province", "district", "commune")),
        *(("on_time", level) for level in ("province", "district", "commune")),
        *(("on_time", whose) for whose in ("Cà Mau", "Nha Trang")),
        ("satisfied", "tỉnh Mẫu"),
    }
    assert [one for one in found if not one["fits"]] == []
    seeds = {(one["what"], one["where"]): one["seed"] for one in found}
    # Bà Rịa - Vũng Tàu, Nha Trang, Cà Mau, as they published them.
    assert [seeds["online", level] for level in ("province", "district", "commune")] == [
        *(0.59, 0.27, 0.49)
    ]
    assert seeds["on_time", "Nha Trang"] == pytest.approx(1 - 0.0584)
    assert min(seeds["on_time", "Cà Mau"], seeds["satisfied", "tỉnh Mẫu"] + 0.01) > 0.99


@pytest.mark.long
def test_the_demo_that_stays_is_ended_by_ctrl_c(tmp_path):
    demo = subprocess.Popen(
        [*command("hub.cli.main", "demo", *TINY_DAY, "--home", str(tmp_path / "home"))],
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "Ctrl-C" in line:
                break
        time.sleep(1)  # The light traffic has begun.
        demo.send_signal(signal.SIGINT)
        out, _ = demo.communicate(timeout=DEMO_SECONDS)
    finally:
        demo.kill()
        demo.wait()
    assert demo.returncode == 0
    assert "lost" in out
    assert "national document axis" in out
    assert not _running(tmp_path / "home")


def _running(home):
    """Return the processes that still name this home on their command line."""
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if str(home) in line]


@pytest.fixture(scope="module")
def played(running_hub, tmp_path_factory):
    """Give the folder of a two-tier day's journals, played on the shared hub."""
    home = tmp_path_factory.mktemp("simulator")
    province, token = Province.of(Tiers.TWO), running_hub.home.admin_token()
    asyncio.run(register(running_hub.url, token, province, running_hub.hub, home))
    options = ("--hub", running_hub.url, "--hub-id", running_hub.hub, "--home", str(home))
    more = (*SMALL_DAY, "--tiers", "two", "--seed", "3", "--run", "ngay-hai-cap")
    subprocess.run(command("simulator", *options, *more), check=True, timeout=120)
    return home / "journals" / "ngay-hai-cap"


def judge(running_hub, journals, patience="15"):
    """Run the verdict; return its exit status and what it says."""
    options = ("--bootstrap", running_hub.bootstrap, "--journals", str(journals))
    ended = subprocess.run(
        command("simulator.verdict", *options, "--patience", patience, "--json"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.long
def test_a_two_tier_day_is_good_and_a_message_in_two_copies_is_found(running_hub, played):
    status, told = judge(running_hub, played)
    assert (status, told["good"]) == (0, True), told
    _copy_one_delivery(running_hub, played)
    status, told = judge(running_hub, played, patience="1")
    assert (status, told["doubled"]) == (1, 1)


@pytest.mark.long
def test_a_message_that_was_taken_and_is_nowhere_is_found(running_hub, played):
    journal = next((played / "sent").glob("dvcqg-mau.jsonl"))
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    submitting = next(line for line in lines if line["event"] == "submitting")
    made_up = submitting | {"n": 999_999, "id": f"{played.name}-999999"}
    with journal.open("a") as file:
        for line in (made_up, {"n": 999_999, "event": "answered", "status": 202}):
            file.write(json.dumps(line) + "\n")
    status, told = judge(running_hub, played, patience="1")
    assert (status, told["lost"]) == (1, 1)
    assert told["adds_up"]


@pytest.mark.long
def test_every_kind_of_bad_traffic_was_in_that_day(played):
    faults = {
        json.loads(line).get("fault")
        for journal in (played / "sent").iterdir()
        for line in journal.read_text().splitlines()
    }
    assert faults == {None, *(fault.value for fault in Fault)}


def _copy_one_delivery(running_hub, played):
    """Append the last record of an inbox to it once more, as a hub that forgets would."""
    system = next((played / "received").glob("*.jsonl")).stem
    topic = f"hub.inbox.{system}"
    consumer = Consumer(
        {
            "bootstrap.servers": running_hub.bootstrap,
            "group.id": "copy",
            "isolation.level": "read_committed",
        }
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    records = [one for one in consumer.consume(1000, 5) if _is_of(one, played.name)]
    consumer.close()
    record = records[-1]
    producer = Producer({"bootstrap.servers": running_hub.bootstrap})
    producer.produce(topic, record.value(), record.key(), headers=record.headers())
    assert producer.flush(10) == 0


def _is_of(record, run):
    headers = dict(record.headers() or ())
    return record.error() is None and headers["ce_id"].decode().startswith(run)
