"""From messages sent to a whole hub to the figures of the indicator page, and after kill -9."""

import json
import os
import signal
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.conftest import called_by_peers

pytestmark = pytest.mark.kafka

CODE = "000.00.15.H99"
TYPES = tuple(
    f"vn.gov.{name}.v1"
    for name in (
        *(f"dossier.{one}" for one in ("submitted", "received", "deadline-changed", "result")),
        "citizen.rating",
    )
)
NUMBER = 20


@pytest.fixture(scope="module")
def running_hub(tmp_path_factory):
    """Give a hub of these tests alone: its figures are of all messages."""
    with called_by_peers(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


def ask(hub, path):
    request = urllib.request.Request(
        f"{hub.url}/ops/indicators{path}",
        headers={"authorization": f"Bearer {hub.home.admin_token()}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def send_dossiers(client, first):
    """Send dossiers of which half are online, a tenth is late, and most are rated well."""
    at = datetime.now(UTC)
    for number in range(first, first + NUMBER):
        code = f"{CODE}-261128-{number:04d}"
        common = {"dossier_code": code, "agency": {"code": CODE}}
        applicant = {"name": "Nguyễn Văn Mẫu", "kind": 1}
        submitted = {
            "procedure": {"code": "1.000001.H99", "name": "Thủ tục mẫu"},
            "applicant": applicant,
            "submitted_at": at.isoformat(),
            "channel": "2" if number % 2 else "1",
        }
        promised = (at + timedelta(days=3)).isoformat()
        _send(client, code, "dossier.submitted", common | submitted)
        received = {"state": 2, "received_at": at.isoformat(), "promised_at": promised}
        _send(client, code, "dossier.received", common | received)
        if number % 10 == 0:
            moved = {
                "changed_at": at.isoformat(),
                "promised_before": promised,
                "promised_after": (at + timedelta(days=9)).isoformat(),
                "reason": "Chờ xác minh (mẫu)",
            }
            _send(client, code, "dossier.deadline-changed", common | moved)
        done = {"state": 9, "outcome": "granted", "finished_at": at.isoformat()}
        _send(client, code, "dossier.result", common | done)
        rating = {"rating_code": f"DG-{number}", "score": 2 if number % 10 == 0 else 5}
        body = rating | {"agency": {"code": CODE}, "rated_at": at.isoformat()}
        _send(client, code, "citizen.rating", body)


def _send(client, subject, name, body):
    client.submit(
        f"vn.gov.{name}.v1", body, recipients=["system:cong-cs"], subject=subject, wait=20
    )


def shares(told):
    return {
        what: {row["level"]: (row[part], row[whole]) for row in told[what]}
        for what, part, whole in (
            ("online", "online", "n"),
            ("satisfied", "satisfied", "n"),
            ("late", "late", "closed"),
        )
    }


@pytest.mark.long
def test_the_page_shows_the_shares_of_the_messages_also_after_kill_9(running_hub):
    hub = running_hub
    hub.register_all({"mot-cua-cs": CODE, "cong-cs": None}, types=TYPES)
    hub.allow("mot-cua-cs", types=TYPES)
    with hub.client("mot-cua-cs") as client:
        send_dossiers(client, 1)
        os.kill(hub.row("views")["pid"], signal.SIGKILL)
        send_dossiers(client, 1 + NUMBER)
        want = {
            "online": {"commune": (NUMBER, 2 * NUMBER)},
            "satisfied": {"commune": (36, 40)},
            "late": {"commune": (4, 2 * NUMBER)},
        }
        hub.await_that(lambda: shares(ask(hub, "")) == want, 60)
    rows = ask(hub, "/volumes?measure=sent")["items"]
    sent = sum(row["n"] for row in rows if row["system"] == "mot-cua-cs")
    assert sent == 2 * NUMBER * 4 + 4
    hub.await_that(lambda: hub.row("views")["state"] == "ready", 60)
    assert ask(hub, "")["views"]["lag_messages"] >= 0
    rebuilt = hub.command("rebuild", "views")
    assert rebuilt.returncode == 0, rebuilt.stderr
    hub.await_that(lambda: shares(ask(hub, "")) == want, 60)
