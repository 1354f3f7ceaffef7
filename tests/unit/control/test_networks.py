"""Networks of connectors: two persons, never the hub's own, and only what is approved is a rule."""

from ipaddress import ip_address, ip_network

import pytest
from lgsp_adapter.guard import Guard

from hub.control.network_rules import NetworkRefused, NetworkRules
from hub.control.networks import Networks
from hub.control.people.second_person import SecondPerson
from hub.control.queries import Queries
from hub.control.refusals import ChangeRefused
from hub.control.settings import ControlSettings
from hub.control.versions import Versions
from tests.control_support import change_set, connector, wish

WHY = "Trục của Sở Mẫu ở mạng này"
OWN = ControlSettings(own_networks="10.1.0.0/16, fd00:1::/32").networks()


@pytest.fixture
async def control(with_system):
    await with_system.write(change_set(connector()), actor="an")
    return with_system


@pytest.fixture
def networks(control):
    return Networks(control, NetworkRules(own=OWN), SecondPerson(control))


async def rule(control):
    found = await Queries(control.engine).one("connector", "ket-noi-a")
    assert found is not None
    return list(found["networks"])


async def ask(networks, cidr="10.20.0.0/16", actor="an"):
    return await networks.ask("ket-noi-a", cidr, actor=actor, reason=WHY)


async def approve(networks, cidr="10.20.0.0/16", actor="binh"):
    return await networks.approve("ket-noi-a", cidr, actor=actor, reason=WHY)


async def test_what_is_only_asked_for_is_no_rule(control, networks):
    before = await Versions(control.engine).head()
    await ask(networks)
    assert await rule(control) == []
    assert await Versions(control.engine).head() == before


async def test_what_a_second_person_approves_is_a_new_version_of_the_rules(control, networks):
    before, _ = await Versions(control.engine).head()
    await ask(networks)
    found = await approve(networks)
    assert (found.asked_by, found.approved_by) == ("an", "binh")
    assert await rule(control) == ["10.20.0.0/16"]
    assert (await Versions(control.engine).head())[0] == before + 1


async def test_nobody_approves_what_he_asked_for(control, networks):
    await ask(networks)
    with pytest.raises(ChangeRefused, match="second_person_needed"):
        await approve(networks, actor="an")
    assert await rule(control) == []


async def test_asking_again_does_not_make_somebody_else_the_asker(control, networks):
    await ask(networks, actor="an")
    assert (await ask(networks, actor="binh")).asked_by == "an"
    with pytest.raises(ChangeRefused, match="second_person_needed"):
        await approve(networks, actor="an")
    assert await rule(control) == []


async def test_approving_again_changes_nothing(control, networks):
    await ask(networks)
    await approve(networks)
    head = await Versions(control.engine).head()
    assert (await approve(networks, actor="an")).approved_by == "binh"
    assert await Versions(control.engine).head() == head


async def test_what_nobody_asked_for_is_not_approved(networks):
    with pytest.raises(ChangeRefused, match="nobody asked"):
        await approve(networks)


async def test_one_person_takes_a_network_away(control, networks):
    for cidr in ("10.20.0.0/16", "10.30.0.0/16", "10.40.0.0/16"):
        await ask(networks, cidr)
    await approve(networks, "10.20.0.0/16")
    await approve(networks, "10.30.0.0/16")
    await networks.withdraw("ket-noi-a", "10.20.0.0/16", actor="an", reason=WHY)
    await networks.withdraw("ket-noi-a", "10.40.0.0/16", actor="an", reason=WHY)
    assert await rule(control) == ["10.30.0.0/16"]
    assert [one.cidr for one in await networks.of("ket-noi-a")] == ["10.30.0.0/16"]


async def test_the_trail_tells_who_asked_and_who_approved(control, networks):
    await ask(networks)
    await approve(networks)
    queries = Queries(control.engine)
    told = []
    for entry in await queries.trail(before=None, entity="connector/ket-noi-a", limit=2):
        page = await queries.trail_entities(entry.id, "", 10)
        told.append((entry.actor, page.items[0]["action"], entry.reason))
    assert told == [("binh", "approve_network", WHY), ("an", "ask_network", WHY)]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_connector_made_anew_inherits_no_approval(control, networks, at_once):
    await ask(networks)
    await approve(networks)
    changes = [wish(kind="delete"), connector()]
    for part in [changes] if at_once else [[one] for one in changes]:
        await control.write(change_set(*part), actor="an")
    assert await rule(control) == []
    assert await networks.of("ket-noi-a") == []


async def test_a_new_config_keeps_what_was_approved(control, networks):
    await ask(networks)
    await approve(networks)
    change = connector(config={"url": "http://10.20.0.9/"})
    await control.write(change_set(change), actor="an")
    assert await rule(control) == ["10.20.0.0/16"]


@pytest.mark.parametrize(
    "cidr",
    [
        *("127.0.0.1/32", "127.0.0.0/8", "::1/128", "0.0.0.0/0", "::/0", "0.0.0.0/32", "::/128"),
        *("169.254.169.254/32", "fe80::/64", "224.0.0.1/32", "ff02::1/128", "255.255.255.255/32"),
        *("::ffff:127.0.0.1/128", "64:ff9b::/96", "2002:7f00:1::/48", "::7f00:1/128"),
        *("10.0.0.0/8", "10.1.2.3/32", "10.1.0.0/16", "fd00:1::7/128", "fc00::/7", "128.0.0.0/1"),
        *("10.20.0.1/16", "mau.example", "10.20.0.0/33", "", "2130706433/99"),
    ],
)
async def test_what_no_connector_may_call_is_refused_already_when_asked_for(networks, cidr):
    with pytest.raises(ChangeRefused, match="network_refused"):
        await ask(networks, cidr)


@pytest.mark.parametrize("cidr", ["10.20.0.0/16", "203.113.9.9/32", "fd00:2::/64", "2001:db8::/48"])
def test_agencies_live_on_private_and_on_public_addresses(cidr):
    assert NetworkRules(own=OWN).checked(cidr) == cidr


async def test_what_has_become_the_hubs_own_is_not_approved_any_more(control, networks):
    await ask(networks)
    later = Networks(
        control, NetworkRules(own=(ip_network("10.20.7.0/24"),)), SecondPerson(control)
    )
    with pytest.raises(ChangeRefused, match="own networks"):
        await approve(later)


@pytest.mark.parametrize("cidr", ["127.0.0.1/32", "::1/128"])
def test_loopback_is_possible_only_where_it_is_said(cidr):
    assert NetworkRules(allow_loopback=True).checked(cidr) == cidr
    for wide in ("0.0.0.0/0", "126.0.0.0/7", "::/127", "::ffff:127.0.0.1/128"):
        with pytest.raises(NetworkRefused):
            NetworkRules(allow_loopback=True).checked(wide)


def test_the_hubs_own_networks_are_excepted_again_when_networks_are_lent():
    own = NetworkRules(own=(ip_network("10.9.0.0/16"),))
    guard = Guard.of(own.lent(["10.0.0.0/8"]))
    assert guard.refusal(ip_address("10.1.1.1")) is None
    assert guard.refusal(ip_address("10.9.1.1")) == "excepted"


@pytest.mark.parametrize(
    ("allow", "networks", "refusal"),
    [
        (True, ["127.0.0.0/8"], None),
        (False, ["127.0.0.0/8"], "loopback"),
        # Approved for elsewhere: loopback stays closed although the hub allows it to others.
        (True, ["10.0.0.0/8"], "loopback"),
    ],
)
def test_loopback_is_lent_only_where_hub_and_approval_say_so(allow, networks, refusal):
    guard = Guard.of(NetworkRules(allow_loopback=allow).lent(networks))
    assert guard.refusal(ip_address("127.0.0.1")) == refusal
