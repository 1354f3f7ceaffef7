"""The kept directory: fetched once, renewed cheaply, refused when false or stale, never older."""

import inspect
from datetime import timedelta

import httpx2
import orjson
import pytest
from lgsp_client import (
    Backoff,
    HubClient,
    HubDirectoryUnusable,
    HubProtocolError,
    HubRefused,
    KeptDirectory,
    KeyRing,
    SyncHubClient,
)
from lgsp_client.directory import fetch
from lgsp_client.keyring import prove
from lgsp_client.plan import Answer
from lgsp_client.session import Session
from lgsp_message.organisations import Via
from lgsp_message.reason import Reason, Refused

from tests.copy_support import HUB_KEYS, copy_of
from tests.support import DOSSIER, HUB, NOW, TO_OTHER, build_rules, changed, signed
from tests.unit.client.fakes import IDENTITY, TOKEN, URL, Clock, answer, play

RING = KeyRing({HUB: HUB_KEYS})
MERGED = changed("organisation/org-other", state="merged", successors=["org-receiver"])


class Place:
    """A kept directory whose clock a test moves."""

    def __init__(self, folder):
        self.now, self.file = NOW, folder / "directory.copy"

    def kept(self, **options):
        """Return it as a program finds it that starts now."""
        return KeptDirectory(self.file, HUB, RING, now=lambda: self.now, **options)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture(scope="module")
def first():
    return copy_of(build_rules())


@pytest.fixture(scope="module")
def second():
    return copy_of(build_rules(MERGED, version=8))


def unusable(ask):
    with pytest.raises(HubDirectoryUnusable) as error:
        ask()
    return error.value.reason


def test_what_was_fetched_proves_senders_and_outlives_the_program(place, first):
    assert unusable(lambda: place.kept().usable()) == "missing"
    place.kept().take(*first)
    kept = place.kept()
    assert prove(signed(), HUB, kept).attributes.source == "sender"
    with pytest.raises(Refused) as refusal:
        prove(signed(source="urn:hub:system:stranger"), HUB, kept)
    assert refusal.value.reason is Reason.UNKNOWN_SYSTEM


def test_an_old_code_is_addressed_by_succession(place, second):
    kept = place.kept()
    kept.take(*second)
    found = kept.reach(TO_OTHER, DOSSIER)
    assert (found.systems, found.via) == (("receiver",), (Via.SUCCEEDED,))
    with pytest.raises(HubRefused) as refusal:
        kept.reach("urn:hub:org:H98", DOSSIER)
    assert refusal.value.reason == "unknown_recipient"


def test_a_stale_copy_says_so_and_proves_nothing(place, first):
    kept = place.kept()
    kept.take(*first)
    place.now += timedelta(days=7)
    assert kept.stale
    assert unusable(lambda: prove(signed(), HUB, kept)) == "stale"
    assert prove(signed(), HUB, place.kept(stale_is_good=True)).key_id


def test_a_clock_that_is_behind_does_not_make_a_stale_copy_good(place, first):
    kept = place.kept()
    kept.take(*first)
    place.now -= timedelta(hours=1)
    assert unusable(kept.usable) == "clock_behind"


def test_an_older_directory_never_takes_the_place_of_a_newer_one(place, first, second):
    place.kept().take(*second)
    assert unusable(lambda: place.kept().take(*first)) == "older"
    assert place.kept().copy.statement.version == 8


def test_a_file_that_was_changed_is_not_believed_and_is_fetched_anew(place, first):
    place.kept().take(*first)
    place.file.write_bytes(place.file.read_bytes().replace(b"org-other", b"org-agent"))
    kept = place.kept()
    assert unusable(kept.usable) == "damaged"
    assert kept.has() is None
    assert kept.take(*first)
    assert place.kept().usable()


def test_a_new_statement_makes_the_same_content_good_for_longer(place, first):
    place.kept().take(*first)
    jws, _ = copy_of(build_rules(), at=NOW + timedelta(days=3))
    kept = place.kept()
    assert not kept.take(jws, None)
    place.now += timedelta(days=9)
    assert not place.kept().stale


def test_a_statement_about_another_content_changes_nothing(place, first, second):
    kept = place.kept()
    kept.take(*first)
    assert unusable(lambda: kept.take(second[0], None)) == "damaged"
    assert kept.copy.statement.version == 7


def test_what_is_known_is_named_and_an_answer_without_statement_is_no_hubs():
    session = Session(IDENTITY, Clock().world, Backoff(attempts=1))
    same = Answer(status=304, headers={"hub-copy": "a.b.c"})
    got, asked = play(fetch(session, "ab"), [TOKEN, same])
    assert got == ("a.b.c", None)
    assert asked[-1].headers["if-none-match"] == 'W/"ab"'
    with pytest.raises(HubProtocolError):
        play(fetch(session, None), [answer(200, {})])


@pytest.mark.parametrize("kind", [HubClient, SyncHubClient], ids=["async", "sync"])
async def test_both_clients_keep_it_up_to_date(kind, place, first):
    asked = []

    def hub(request):
        if request.url.path == "/oauth2/token":
            token = {"access_token": "t1", "token_type": "Bearer", "expires_in": 300}
            return httpx2.Response(200, content=orjson.dumps(token))
        asked.append(request.headers.get("if-none-match"))
        headers = {"hub-copy": first[0]}
        known = asked[-1] is not None
        return httpx2.Response(304 if known else 200, headers=headers, content=first[1])

    client, kept = kind(URL, IDENTITY, transport=httpx2.MockTransport(hub)), place.kept()
    for changed_ in (True, False):
        found = client.fetch_directory(kept)
        assert (await found if inspect.isawaitable(found) else found) is changed_
    assert asked == [None, f'W/"{kept.has()}"']
