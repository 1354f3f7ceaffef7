"""What waits behind a held message, and whose word lets it go on."""

import orjson
import pytest
from lgsp_message.attributes import is_message_id
from lgsp_message.reason import Reason, Refused

from hub.decision.holding import (
    Resume,
    hold_key,
    is_stopped,
    lined_up,
    order_key,
    read_resume,
    resumed,
    stopped,
)
from hub.signing.macs import command_mac
from tests.support import MACS, NOW, build_rules, signed

RULES = build_rules()
COMMAND = orjson.dumps({"source": "sender", "subject": "Hồ sơ 1"})


def test_messages_of_one_sender_and_subject_are_in_order():
    assert order_key(signed(subject="Hồ sơ 1")) == ("sender", "Hồ sơ 1")
    assert order_key(signed(subject=None)) is None


def test_a_hold_never_takes_the_place_of_a_message_id():
    assert not is_message_id(hold_key("1"))


def test_a_command_of_the_hub_is_read():
    mac = command_mac(MACS, COMMAND)
    assert read_resume(COMMAND, mac, RULES) == Resume(source="sender", subject="Hồ sơ 1")


@pytest.mark.parametrize("mac", ["", "k2.AAAA", "k9.AAAA", "ậ", command_mac(MACS, b"other")])
def test_a_command_of_anybody_else_is_refused(mac):
    with pytest.raises(Refused) as refusal:
        read_resume(COMMAND, mac, RULES)
    assert refusal.value.reason is Reason.NOT_ADMITTED


def test_a_fault_in_a_line_stops_the_subject_and_its_end_leaves_the_line():
    line = lined_up("msg-1", NOW)
    assert not is_stopped(None)
    assert not is_stopped(line)
    assert is_stopped(stopped(None, NOW))
    both = stopped(line, NOW)
    assert is_stopped(both)
    assert resumed(both) == line
    assert resumed(stopped(None, NOW)) is None
    assert stopped(both, NOW) == both
