"""A preview is the hub's own decision made twice: it tells what the rules make different."""

from lgsp_message.reason import Reason

from hub.decision.preview import difference
from tests import support
from tests.support import DOSSIER, build_rules, changed, key_name, key_of, stamped

RULES = build_rules()


def fates(changes, received=None):
    found = difference(received or stamped(), RULES, build_rules(changes))
    return None if found is None else (found.now, found.then)


def test_what_the_change_does_not_touch_is_no_difference():
    assert fates({}) is None
    assert fates({"right/2": None}) is None


def test_a_message_that_would_have_gone_elsewhere():
    moved = {
        "endpoint/org-receiver/receiver": None,
        "endpoint/org-receiver/other": {"types": [DOSSIER]},
    }
    now, then = fates(moved)
    assert (now.recipients, then.recipients) == (("receiver",), ("other",))


def test_a_message_that_would_have_been_refused():
    now, then = fates({"right/1": None})
    assert (now.outcome, then.outcome, then.reason) == ("admitted", "refused", Reason.NOT_PERMITTED)


def test_a_message_that_would_have_been_admitted():
    received = stamped(source="urn:hub:system:receiver", recipients=support.TO_OTHER)
    right = {"system": "receiver", "types": [DOSSIER], "recipients": [support.TO_OTHER]}
    now, then = fates({"right/3": right}, received)
    assert (now.reason, then.recipients) == (Reason.NOT_PERMITTED, ("other",))


def test_a_key_that_would_count_no_more():
    key = key_name("sender", key_of("sender"))
    assert fates(changed(key, revoked=True))[1].reason == Reason.KEY_REVOKED


def test_a_signature_is_never_taken_for_granted_under_another_key():
    forged = stamped(key=key_of("other"))
    assert fates(changed("right/1", recipients=["urn:hub:all"]), forged) is None


def test_a_new_subscription_shows_who_would_get_it_too():
    wish = {"system": "other", "type": DOSSIER, "copies": True}
    assert fates({"subscription/s1": wish})[1].recipients == ("other", "receiver")


def test_receipts_depend_on_no_right_and_are_left_out():
    assert fates({"right/1": None}, support.withdrawal("msg-0001")) is None
