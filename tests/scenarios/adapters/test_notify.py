"""Notices to citizens through the hub: told once or not at all (system 11)."""

import asyncio
import hashlib
import json

import httpx2
import pytest
from sandbox_notify import NotifySandbox

from hub.control.alert_rows import Channel, Telling
from hub.indicators.alerting import Notice, Severity, Told
from hub.io.admission import utc_now
from hub.views.channels import Relayed, Sender
from hub.views.settings import ViewsSettings
from simulator import bodies
from tests.scenarios.adapters import rig
from tests.scenarios.conftest import ALERTED, ALERTED_AGENCY, ALERTING

pytestmark = pytest.mark.kafka

SMS, ZALO, MAIL = ALERTED, "zalo-mau", "thu-dien-tu-mau"
TEMPLATE = "KET-QUA-MAU"


@pytest.fixture(scope="module")
def peer(world, peers, tmp_path_factory):
    peer = peers(NotifySandbox(seed=44))
    world.register(SMS, ALERTED_AGENCY, (rig.NOTICE,))
    world.register(ALERTING, "H99.36", (rig.NOTICE,))
    world.lend_key(ALERTING)
    world.register(ZALO, "H99.32", (rig.NOTICE,))
    world.register(MAIL, "H99.35", (rig.NOTICE,))
    facts, folder = peer.describe(), tmp_path_factory.mktemp("notify")
    shared = {
        "state": str(folder / "state.db"),
        "seconds": 1.5,
        # Tests run at night too: equal times mean that there are no quiet hours.
        "quiet_from": "00:00:00",
        "quiet_to": "00:00:00",
    }
    mail, sms = shared | _mail(world, facts), shared | _sms(world, peer, facts)
    zns = shared | _zns(world, peer, facts)
    world.connect(
        {"name": "tin-thu", "adapter": "notify-email", "system": MAIL, "config": mail},
        {"name": "tin-sms", "adapter": "notify-sms", "system": SMS, "config": sms},
        {"name": "tin-zalo", "adapter": "notify-zns", "system": ZALO, "config": zns},
    )
    return peer


def _sms(world, peer, facts):
    first, free = facts["vinaphone"]["templates"][:2]
    return {
        "templates": template(first),
        # An alert brings its own text: the one parameter of a template of its own.
        "free_text": {"gateway_id": free, "parameters": ["text"]},
        "gateway": "vinaphone",
        "url": f"{peer.url}/vinaphone",
        "agent": facts["vinaphone"]["AGENTID"],
        "label": "TINH-MAU",
        "user": "mau",
        "password": world.secret("sms", "khong-ai-hoi"),
    }


def _zns(world, peer, facts):
    zalo = facts["zalo"]
    return {
        "templates": template(zalo["templates"][0]),
        "url": f"{peer.url}/message/template",
        "oauth_url": f"{peer.url}/v4/oa/access_token",
        "app_id": zalo["app_id"],
        "secret_key": world.secret("zalo-key", zalo["secret_key"]),
        "refresh_token": world.secret("zalo-refresh", zalo["refresh_token"]),
    }


def _mail(world, facts):
    text = {"subject": "Hồ sơ mẫu", "text": "Hồ sơ {ma_ho_so} đã có kết quả (mẫu)"}
    return {
        "templates": {TEMPLATE: template("1")[TEMPLATE] | text},
        "host": "127.0.0.1",
        "port": facts["smtp"]["port"],
        "security": "unsafe_none",
        "password": world.secret("smtp", facts["smtp"]["password"]),
        "sender": "hub@mau.example",
    }


def template(gateway_id):
    return {TEMPLATE: {"gateway_id": gateway_id, "parameters": ["ma_ho_so"]}}


def notice(world, to, channel, number, code=None):
    """Hand in a notice for a telephone number or an address of its own; return its id."""
    code, where = code or rig.code(), "email" if channel == "email" else "telephone"
    body = {
        "notice_code": f"TB-{code}",
        "dossier_code": code,
        "channels": [channel],
        "recipient": {"name": bodies.person(1), where: number},
        "template": {"id": TEMPLATE, "parameters": {"ma_ho_so": code}},
        "consent": {"given": True},
        "agency": bodies.agency(rig.HERE),
    }
    return world.send(rig.DESK, to, rig.NOTICE, body, subject=code)


def told(world, peer, kind, number):
    """Return how many notices a telephone number has got: the journal knows it by a digest."""
    digest = hashlib.sha256(json.dumps(number).encode()).hexdigest()[:12]
    found = world.effects(peer, kind)
    return sum(count for key, count in found.items() if key.partition("#")[0] == digest)


@pytest.mark.parametrize(
    ("to", "channel", "kind", "number"),
    [
        (SMS, "sms", "sms-vinaphone", "84900000011"),
        (ZALO, "zalo", "zns", "84900000012"),
        (MAIL, "email", "email", "mau-1@congdan.example"),
    ],
)
def test_a_citizen_is_told_once_by_each_way(world, peer, to, channel, kind, number):
    sent = notice(world, to, channel, number)
    steps = world.await_told(rig.DESK, sent, to, "delivered")
    assert rig.events(steps) == ["admitted", "attempted", "delivered"]
    assert told(world, peer, kind, number) == 1


def test_an_sms_without_an_answer_waits_for_an_operator_and_is_not_sent_again(world, peer):
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/vinaphone")
    sent = notice(world, SMS, "sms", "84900000013")
    steps = world.await_told(rig.DESK, sent, SMS, "dead_letter")
    assert steps[-1]["reason"] == "outcome_unknown"
    assert told(world, peer, "sms-vinaphone", "84900000013") == 1


def test_a_second_notice_of_one_event_is_not_sent_by_the_other_way(world, peer):
    code = rig.code()
    first = notice(world, SMS, "sms", "84900000014", code)
    world.await_told(rig.DESK, first, SMS, "delivered")
    second = notice(world, ZALO, "zalo", "84900000014", code)
    steps = world.await_told(rig.DESK, second, ZALO, "dead_letter")
    assert steps[-1]["reason"] == "already_sent"
    assert told(world, peer, "zns", "84900000014") == 0


def telling(number, telephone):
    """Return a notice of an alert that is to go to a telephone."""
    notice = Notice(
        rule="connector-down",
        organisation="",
        told=Told.FIRING,
        severity=Severity.CRITICAL,
        at=utc_now(),
        subjects=("tin-zalo",),
        count=1,
    )
    channel = Channel(
        name="truc-mau", kind="message", target=telephone, organisation="*", least=Severity.INFO
    )
    return Telling(number=number, notice=notice, channel=channel, attempts=0)


def test_an_alert_reaches_a_telephone_through_the_hub_itself_and_once(world, peer):
    number, environ = "84900000015", world.hub.environ
    settings = ViewsSettings(
        message_api=environ["HUB_VIEWS_MESSAGE_API"],
        message_system=environ["HUB_VIEWS_MESSAGE_SYSTEM"],
        message_key=environ["HUB_VIEWS_MESSAGE_KEY"],
        message_to=environ["HUB_VIEWS_MESSAGE_TO"],
        message_agency=environ["HUB_VIEWS_MESSAGE_AGENCY"],
    )
    way, one = Relayed(world.hub.hub, Sender.of(settings)), telling(999_001, number)
    # Told again where a crash left it unknown whether it was.
    for _ in range(2):
        asyncio.run(way.tell(one))
    steps = world.await_told(ALERTING, "alert-999001-truc-mau", SMS, "delivered")
    assert rig.events(steps).count("delivered") == 1
    assert told(world, peer, "sms-vinaphone", number) == 1


@pytest.mark.long
def test_a_test_notice_of_the_console_reaches_the_telephone(world, peer):
    """The views process looks for notices every half minute."""
    number = "84900000016"
    headers = {"authorization": f"Bearer {world.hub.home.admin_token()}"}
    with httpx2.Client(base_url=world.hub.url, headers=headers, timeout=30) as http:
        channel = {"kind": "message", "target": number, "reason": rig.WHY}
        assert http.put("/ops/alerts/channels/so-truc-mau", json=channel).is_success
        asked = http.post("/ops/alerts/channels/so-truc-mau:test", json={"reason": rig.WHY})
        assert asked.is_success
        rig.until(
            lambda: told(world, peer, "sms-vinaphone", number) == 1,
            lambda: http.get("/ops/alerts/tellings").text,
        )
        gone = http.post("/ops/alerts/channels/so-truc-mau:remove", json={"reason": rig.WHY})
        assert gone.is_success
