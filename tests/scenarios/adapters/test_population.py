"""Look-ups in the population database: each one is in an auditor's inbox (system 16)."""

import json

import httpx2
import pytest
from sandbox_population import PopulationSandbox

from tests.scenarios.adapters import rig
from tests.scenarios.adapters.admin import CALL_SECONDS

pytestmark = pytest.mark.kafka

PEOPLE, AUDITOR = "dan-cu-tra-cuu-mau", "thanh-tra-mau"
NAME = "dan-cu"
KEY = "khoa-mau-chi-de-thu-nghiem"


@pytest.fixture(scope="module")
def peer(world, peers):
    peer = peers(PopulationSandbox(seed=47))
    world.register(PEOPLE, "H99.47", (rig.STEP,))
    world.register(AUDITOR, "H99.48", (rig.CHANGED,))
    world.lend_key(PEOPLE)
    facts = peer.describe()
    config = {
        "url": facts["lookup"],
        "integration_code": facts["MaTichHop"],
        "callers": {"mot-cua": world.secret("population", KEY)},
        "fields": ["HoVaTen", "SoDinhDanh"],
        "masked": ["SoDinhDanh"],
        "per_minute": 1000,
        "nobody_codes": ["3"],
        "recipients": [f"urn:hub:system:{AUDITOR}"],
        "seconds": 1.5,
    }
    world.connect({"name": NAME, "adapter": "population", "system": PEOPLE, "config": config})
    return peer


def ask(world, request, key=KEY):
    """Ask as an officer's software does; return status and answer."""
    asked = {
        "request_id": request,
        "officer_code": "CB-MAU-1",
        "purpose": "1.000001.000.00.00.H99",
        "full_name": "Nguyễn Văn Mẫu",
        "id_number": "999000000001",
        "birth_date": "19900101",
    }
    headers = {"authorization": f"Bearer {key}"}
    url = f"{world.address(NAME)}/look-up"
    answer = httpx2.post(url, json=asked, headers=headers, timeout=CALL_SECONDS)
    return answer.status_code, answer.json()


def entries(world, request, count=1):
    """Return what the auditor has of a request, once there are so many."""
    found = []

    def there():
        nonlocal found
        every = (json.loads(one.body)["record"] for one in world.inbox(AUDITOR))
        found = [one for one in every if request in one.values()]
        return len(found) >= count

    rig.until(there, f"the entry of {request}")
    return found


def test_an_officer_is_answered_and_the_auditor_has_the_query_without_the_citizen(world, peer):
    status, content = ask(world, "YC-MAU-11")
    assert (status, content["citizen"]["SoDinhDanh"]) == (200, "*********001")
    (entry,) = entries(world, "YC-MAU-11")
    assert "CB-MAU-1" in entry.values()
    assert "999000000001" not in json.dumps(entry)
    assert [one["MaYeuCau"] for one in peer.log].count("YC-MAU-11") == 1


def test_a_database_that_does_not_answer_is_told_and_the_query_is_in_the_log_all_the_same(
    world, peer
):
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/congdan")
    status, _ = ask(world, "YC-MAU-12")
    assert status == 503
    assert len(entries(world, "YC-MAU-12")) == 1
    assert ask(world, "YC-MAU-12")[0] == 200
    # The same request asked again is a second query, and a second entry.
    assert len(entries(world, "YC-MAU-12", 2)) == 2


def test_a_caller_whom_nobody_knows_learns_nothing_and_leaves_no_query(world, peer):
    assert ask(world, "YC-MAU-13", key="doan-mo")[0] == 401
    assert "YC-MAU-13" not in [one["MaYeuCau"] for one in peer.log]
