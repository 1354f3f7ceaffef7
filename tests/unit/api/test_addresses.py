"""Where a request comes from, as far as somebody who counts has told."""

import pytest

from hub.api.addresses import networks_of, origin

OURS = networks_of("10.0.0.0/24 fd00::/8")


@pytest.mark.parametrize(
    ("hops", "found"),
    [
        (["203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9", "10.0.0.7"], "203.0.113.9"),
        (["203.0.113.9", "10.0.0.8", "10.0.0.7"], "203.0.113.9"),
        (["10.0.0.7"], "10.0.0.7"),
        (["2001:db8::1", "fd00::7"], "2001:db8::1"),
        ([], None),
    ],
)
def test_the_last_hop_that_is_no_proxy_of_ours_counts(hops, found):
    assert origin(hops, OURS) == found


def test_what_a_stranger_puts_before_his_own_address_is_not_believed():
    assert origin(["192.0.2.1", "203.0.113.9", "10.0.0.7"], OURS) == "203.0.113.9"
    assert origin(["192.0.2.1", "203.0.113.9"], OURS) == "203.0.113.9"


def test_what_is_no_address_ends_the_search():
    assert origin(["192.0.2.1", "<script>", "10.0.0.7"], OURS) == "10.0.0.7"
    assert origin(["unknown"], OURS) is None


@pytest.mark.parametrize("text", ["10.0.0.1/24", "khong-phai", "10.0.0.0/24,10.1.0.0/24"])
def test_a_setting_that_is_no_network_is_refused_at_the_start(text):
    with pytest.raises(ValueError, match=r"\S"):
        networks_of(text)
