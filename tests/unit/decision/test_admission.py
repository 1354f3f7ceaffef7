"""Admission: what is refused before anything shared is written."""

import pytest
from lgsp_message.reason import Reason
from msgspec.structs import replace

from hub.decision.admission import claims
from tests import support
from tests.support import refusal_of


@pytest.fixture
def rules():
    return support.build_rules()


def test_a_good_message_is_claimed(rules):
    assert claims(support.signed(), "sender", rules).source == "sender"


def test_a_marking_in_the_signed_subject_is_found_behind_a_clean_copy(rules):
    marked = support.signed(subject="CÔNG VĂN TỐI MẬT")
    clean = replace(marked, attributes={**marked.attributes, "subject": "Công văn"})
    refusal = refusal_of(lambda: claims(clean, "sender", rules))
    assert refusal is not None
    assert refusal.reason is Reason.SECRET_MARKING


def test_the_end_of_a_body_does_not_hide_a_marking_in_the_subject(rules):
    """A word before MẬT makes it part of a phrase; the body's last word stands elsewhere."""
    marked = support.signed("TÚI".encode(), subject="MẬT")
    refusal = refusal_of(lambda: claims(marked, "sender", rules))
    assert refusal is not None
    assert refusal.reason is Reason.SECRET_MARKING


def test_a_signature_that_is_not_base64url_is_left_to_the_decision(rules):
    broken = replace(support.signed(), signature="***..***")
    assert claims(broken, "sender", rules).id == "msg-0001"
