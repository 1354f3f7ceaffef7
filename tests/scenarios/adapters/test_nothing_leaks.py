"""Personal values and secrets stand where they belong, and nowhere else (invariant 9).

Every place of a small day carries a number of its own; then all that the hub says about itself is
searched for all of them.
"""

import json
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from confluent_kafka import Consumer, TopicPartition
from lgsp_adapter import Answer
from lgsp_adapter.testing.web import WebServer
from lgsp_client import HubRefused
from lgsp_client.outgoing import compose

from hub.cli import metrics_page
from hub.cli.processes import Name
from tests.scenarios.adapters import rig
from tests.support import GOOD_BODY

pytestmark = pytest.mark.kafka

TARGET, CONNECTOR = "lo-ri-mau", "lo-ri-gui"
PLACES = (
    *("name", "officer", "value", "key", "twice", "not_json", "forged", "attribute", "header"),
    *("bearer", "assertion", "user", "password", "query", "path", "change", "plain_secret"),
    *("object", "secret_document", "answer_body", "answer_header", "connector_secret", "trace"),
)
NUMBER = {place: f"0010997700{number:02}" for number, place in enumerate(PLACES)}
"""Of the form of a citizen's number, each for one place."""
SUBJECT = "H99.97-HS-001099779900"
"""A business key: statuses, audit and searches have it; logs, metrics and traces have not."""
MARKED = "MẬT"
ASSERTION = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}


class Peer:
    """A foreign system that takes nothing, and says so with what it should not."""

    def __init__(self):
        self.calls = 0

    async def answer(self, _request):
        self.calls += 1
        text = f"không nhận {NUMBER['answer_body']}".encode()
        return Answer(status=422, body=text, headers={"x-vi-sao": NUMBER["answer_header"]})


def body(**changes):
    return {**json.loads(GOOD_BODY), **changes}


@pytest.fixture(scope="module")
def target(world):
    """Give the system whose peer refuses everything."""
    peer = Peer()
    server = WebServer(peer.answer)
    url = world.aside.run(server.start())
    world.register(TARGET, "H99.43", (rig.RECEIVED,))
    # 24 bytes as the standard writes them: the number is 12 characters of them.
    secret = world.secret("lo-ri", f"whsec_{NUMBER['connector_secret']}{'A' * 20}")
    config = {"url": f"{url}/nhan", "secret": secret, "seconds": 2.0}
    world.put({"name": CONNECTOR, "adapter": "webhook-out", "system": TARGET, "config": config})
    for person, what in ((world.first, "networks"), (world.second, "networks:approve")):
        asked = {"cidr": rig.LOOPBACK, "reason": rig.WHY}
        person.write(f"connectors/{CONNECTOR}/{what}", asked)
    yield TARGET
    world.aside.run(server.stop())


class Day:
    """What was done, and what was answered to whom did wrong."""

    def __init__(self, world):
        self.world, self.answers, self.id = world, [], ""
        self.http = httpx2.Client(base_url=world.hub.url, timeout=30)
        self.who = world.hub.identities[rig.DESK]

    def login(self):
        mine = {"client_assertion": self.who.assertion(datetime.now(UTC), rig.code("jti"))}
        told = self.http.post("/oauth2/token", data=ASSERTION | mine).json()
        self.token = {"authorization": f"Bearer {told['access_token']}"}

    def refused(self, answer):
        assert answer.status_code >= 400, answer.text
        self.answers.append(str(answer.headers) + answer.text)

    def send(self, content, *, forge=False, headers=None, **options):
        """Hand a message in as its bytes are; return what was decided."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        about: Any = {"recipients": [f"system:{TARGET}"], "subject": SUBJECT, **options}
        made = compose(self.who, datetime.now(UTC), rig.RECEIVED, data, about)
        sent = data.replace(b"Sai", b"sai") if forge else data
        head = {**self.token, **made.headers, "prefer": "wait=20", **(headers or {})}
        answer = self.http.post("/v1/messages", content=sent, headers=head)
        return made.id, answer

    def wrong_messages(self):
        """Send what is refused, each for a reason of its own."""
        twice = GOOD_BODY[:-1] + f',"{NUMBER["twice"]}":1,"{NUMBER["twice"]}":2}}'.encode()
        agency = {"code": NUMBER["value"] * 9, "name": "Sai"}
        bodies: tuple[tuple[Any, dict[str, Any]], ...] = (
            (body(agency=agency), {}),
            (body(officer={NUMBER["key"]: NUMBER["key"]}), {}),
            (twice, {}),
            (f"không phải JSON {NUMBER['not_json']}".encode(), {}),
            (body(officer={"name": f"Sai {NUMBER['forged']}"}), {"forge": True}),
            (body(), {"headers": {"ce-sodinhdanh": NUMBER["attribute"]}}),
            (body(), {"headers": {"ce-time": NUMBER["header"]}}),
            (body(marking=MARKED, officer={"name": NUMBER["secret_document"]}), {}),
        )
        for content, options in bodies:
            _, answer = self.send(content, **options)
            self.answers.append(str(answer.headers) + answer.text)
            told = answer.json()
            assert answer.status_code >= 400 or told.get("state") == "refused", told

    def wrong_calls(self):
        """Call what answers with a problem."""
        post, admin = (
            self.http.post,
            {"authorization": f"Bearer {self.world.hub.home.admin_token()}"},
        )
        self.refused(self.http.get("/v1/inbox", headers={"authorization": NUMBER["bearer"]}))
        self.refused(post("/oauth2/token", data=ASSERTION | {"client_assertion": "x.y.z"}))
        bad = {"client_assertion": NUMBER["assertion"]}
        self.refused(post("/oauth2/token", data=ASSERTION | bad))
        person = {"name": NUMBER["user"], "password": NUMBER["password"]}
        console = {"origin": self.world.hub.url}
        answer = post("/ops/session", json=person, headers=console)
        assert answer.json()["code"] == "sign_in_refused", answer.text
        self.refused(answer)
        self.refused(self.http.get(f"/ops/messages?limit={NUMBER['query']}", headers=admin))
        self.refused(self.http.get(f"/khong-co/{NUMBER['path']}"))
        change = {"change": "put_system", "system": NUMBER["change"], "la": NUMBER["change"]}
        self.refused(
            post("/v1/admin/changes", json={"reason": "thử", "changes": [change]}, headers=admin)
        )
        plain = {"url": "http://127.0.0.1:1/", "secret": NUMBER["plain_secret"]}
        connector = {"name": "sai", "adapter": "webhook-out", "system": TARGET, "config": plain}
        changes = [{"change": "put_connector", "wanted": "stopped", "limits": {}} | connector]
        self.refused(
            post("/v1/admin/changes", json={"reason": "thử", "changes": changes}, headers=admin)
        )
        wrong = {**self.token, "content-digest": f"sha-256=:{NUMBER['object']}:"}
        answer = post("/v1/objects", content=NUMBER["object"].encode(), headers=wrong)
        self.answers.append(answer.text if answer.is_error else "")


@pytest.fixture(scope="module")
def day(world, target):
    """Play the day; return it once the peer has refused and a person would look at it."""
    assert target == TARGET
    played = Day(world)
    played.login()
    good = body(
        officer={"name": f"Nguyễn Văn Mẫu {NUMBER['officer']}"},
        procedure={"code": "1.000000.H99", "name": f"Mẫu {NUMBER['name']}"},
    )
    trace = f"00-{NUMBER['trace'].rjust(32, 'a')}-{'b' * 16}-01"
    played.id, answer = played.send(good, headers={"baggage": NUMBER["trace"]}, traceparent=trace)
    assert answer.json()["state"] != "refused", answer.text
    played.wrong_messages()
    played.wrong_calls()
    world.await_told(rig.DESK, played.id, TARGET, "dead_letter")
    with suppress(HubRefused):
        played.answers.append(json.dumps(world.client(rig.DESK).status(rig.DESK, played.id)))
    yield played
    played.http.close()


def found(text, *, but=()):
    """Return the places whose number stands in a text."""
    plain = text if isinstance(text, str) else text.decode(errors="replace")
    return {place for place, number in NUMBER.items() if number in plain and place not in but}


def metrics_of(hub):
    """Return what each process tells Prometheus."""
    ports = {name: hub.environ.get(f"HUB_{name.upper()}_METRICS_PORT") for name in Name}
    urls = [
        f"http://127.0.0.1:{port}/metrics" if port else f"{hub.url}/metrics"
        for port in ports.values()
    ]
    with ThreadPoolExecutor() as pool:
        told = pool.map(lambda url: urllib.request.urlopen(url, timeout=30).read().decode(), urls)
        return dict(zip(ports, told, strict=True))


def records_of(hub, topic):
    """Return keys, headers and values of all committed records of a topic, each as one text."""
    consumer = Consumer(
        {
            "bootstrap.servers": hub.bootstrap,
            "group.id": "lo-ri",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    parts = consumer.list_topics(topic, 10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, part, 0) for part in parts])
    told, ended = [], 0
    while ended < len(parts):
        record = consumer.poll(10)
        assert record is not None, f"{topic} ends somewhere"
        if record.error() is not None:
            ended += 1
            continue
        told.append((record.key(), record.headers(), record.value()))
    consumer.close()
    return told


def test_logs_and_status_hold_no_personal_value_no_secret_and_no_business_key(world, day):
    hub = world.hub
    for path in (*sorted(hub.home.logs.iterdir()), hub.home.status):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert found(text) == set(), path.name
        assert SUBJECT not in text, path.name
        assert hub.home.admin_token() not in text, path.name
    assert day.id


def test_metrics_hold_none_and_are_the_documented_ones(world, day):
    known = metrics_page.known()
    for process, text in metrics_of(world.hub).items():
        assert found(text) == set()
        assert SUBJECT not in text
        kinds = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
        told = {name.removesuffix("_total") for name in kinds if not name.endswith("_created")}
        assert told == {one.name for one in (*known[metrics_page.EVERY], *known[process])}
    assert 'hub_lag_messages{group="hub-router"}' in metrics_of(world.hub)["api"]
    assert day.id


def test_audit_events_and_kafka_headers_hold_none(world, day):
    audit = records_of(world.hub, "hub.audit")
    assert any(day.id in str(value) for _, _, value in audit)
    for key, headers, value in audit:
        assert found(f"{key} {headers}") == set()
        # It is searched by its trace id, which its sender drew.
        assert found(value or b"", but=("trace",)) == set()
    for topic in ("hub.seen", "hub.rules", "hub.indicators"):
        for record in records_of(world.hub, topic):
            assert found(str(record)) == set(), topic
            assert topic != "hub.indicators" or SUBJECT not in str(record)
    bodies = set()
    for topic in ("hub.ingress", f"hub.inbox.{TARGET}", "hub.retry"):
        for key, headers, value in records_of(world.hub, topic):
            # The sender's own trace context is carried on as it came.
            assert found(f"{key} {headers}", but=("trace",)) == set(), topic
            bodies |= found(value or b"")
    # The search finds what is there: bodies are where bodies belong, but no state secret.
    assert bodies == {"name", "officer", "value", "key", "twice", "not_json", "forged", "trace"}


def test_answers_to_what_is_wrong_name_places_and_never_values(day):
    assert len(day.answers) > 14
    told = {place for answer in day.answers for place in found(answer, but=("trace",))}
    assert told == set()


def test_the_status_table_of_connectors_holds_none(world, day):
    told = json.dumps(world.connector(CONNECTOR)) + json.dumps(world.first.read("dead-letters"))
    assert day.id in told
    assert found(told) == set()


def test_the_trail_of_people_holds_none(world, day):
    admin = {"authorization": f"Bearer {world.hub.home.admin_token()}"}
    told = [
        day.http.get(path, headers=admin, params={"limit": 100})
        for path in ("/ops/audit", "/v1/admin/trail", "/ops/alerts/notices")
    ]
    assert all(answer.status_code == 200 for answer in told)
    assert "items" in told[0].json()
    assert found("".join(answer.text for answer in told)) == set()


def test_spans_hold_none(day, spans):
    rig.until(lambda: any(one.name == "hub attempt" for one in spans.spans), "an attempt is told")
    told = str([(one.name, one.attributes, one.failed) for one in list(spans.spans)])
    assert found(told) == set()
    assert SUBJECT not in told
    assert day.id


def test_a_support_bundle_holds_none_and_tells_how_the_hub_is(world, day, tmp_path):
    hub, out = world.hub, tmp_path / "goi.zip"
    ended = hub.command("support", "bundle", "-o", str(out), "--json")
    assert ended.returncode == 0, ended.stderr
    told = {one["name"]: one for one in json.loads(ended.stdout)["parts"]}
    assert {name: one["problem"] for name, one in told.items() if one["problem"]} == {}
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, text in parts.items():
        assert found(text) == set(), name
        assert SUBJECT not in text, name
        assert hub.home.admin_token() not in text, name
    assert json.loads(parts["topics.json"])["hub.audit"]["retention.ms"] == "-1"
    assert "hub-router" in json.loads(parts["lags.json"])
    assert json.loads(parts["migrations.json"])["current"] is True
    assert json.loads(parts["connectors.json"])[CONNECTOR]["dead_letters"] == 1
    assert json.loads(parts["processes.json"])["ready"] is True
    assert "hub_lag_messages" in parts["metrics/api.txt"]
    assert '"event"' in parts["logs/router.log"]
    assert day.id
