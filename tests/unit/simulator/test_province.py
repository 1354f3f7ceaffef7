import unicodedata
from collections import Counter
from datetime import UTC, datetime

import pytest

from hub.control.adapters import InstalledAdapters
from hub.control.changes import ChangeSet
from hub.control.checks import check_endpoints, check_references
from hub.control.commands import apply
from hub.control.draft import Draft
from hub.schemas.event_types import BY_TYPE
from simulator import keys, roles
from simulator.agencies import Role, Tiers
from simulator.province import Province, changes

HUB = "hub-test"


@pytest.fixture(params=list(Tiers))
def province(request):
    return Province.of(request.param)


def test_has_at_least_sixty_systems(province):
    assert len(province.systems) >= 60
    assert len({system.name for system in province.systems}) == len(province.systems)


def test_three_tiers_have_four_levels_and_two_tiers_have_no_districts():
    three = {agency.level for agency in Province.of(Tiers.THREE).agencies}
    two = {agency.level for agency in Province.of(Tiers.TWO).agencies}
    assert three == {"central", "province", "district", "commune"}
    assert two == three - {"district"}


def test_every_name_says_that_it_is_a_sample(province):
    names = [agency.name for agency in province.agencies]
    names += [system.title for system in province.systems]
    assert all("mẫu" in name.lower() for name in names)
    assert all(unicodedata.is_normalized("NFC", name) for name in names)


def test_both_code_forms_of_all_agencies_are_distinct_and_invented(province):
    codes = [code for one in province.agencies for code in (one.code, one.old_code)]
    assert len(set(codes)) == len(codes)
    assert {one.code.split(".")[0] for one in province.agencies} == {
        "H99", "G99", "G98", "G97", "G96", "G95",
    }  # fmt: skip


def test_the_old_form_has_level_one_last():
    province = Province.of(Tiers.THREE)
    by_id = {one.id: one for one in province.agencies}
    assert by_id["mau-ubnd-tinh"].old_code == "000.00.00.H99"
    assert by_id["mau-so-tu-phap"].old_code == "000.00.01.H99"
    commune = by_id["mau-xa-03"]
    assert (commune.code, commune.old_code) == ("H99.44.03", "000.03.44.H99")


def test_in_each_agency_one_system_takes_a_type(province):
    for agency in province.agencies:
        taken = Counter(type_ for one in agency.systems for type_ in province.takes(one))
        assert not [type_ for type_, count in taken.items() if count > 1], agency.id


def test_every_type_of_the_roles_is_shipped():
    taken = {type_ for types in roles.TAKES.values() for type_ in types}
    sent = {type_ for rights in roles.SENDS.values() for types, _ in rights for type_ in types}
    assert taken | sent <= BY_TYPE.keys()


def test_every_role_is_in_use(province):
    assert {system.role for system in province.systems} == set(Role)


def test_the_control_plane_takes_the_change_list_as_it_is(province, tmp_path):
    who = keys.identities(province, HUB, tmp_path)
    proven = {name: (one, keys.proof_of(one)) for name, one in who.items()}
    asked = ChangeSet.model_validate(
        {"reason": "Thử nghiệm (mẫu)", "changes": changes(province, proven)}
    )
    draft = Draft({}, hub=HUB, now=datetime.now(UTC), adapters=InstalledAdapters())
    for number, change in enumerate(asked.changes):
        apply(change, draft, f"changes/{number}")
    check_references(draft, draft.edits())
    check_endpoints(draft)


def test_keys_are_made_once_and_private(tmp_path):
    province = Province.of(Tiers.TWO)
    first = keys.identities(province, HUB, tmp_path)
    again = keys.identities(province, HUB, tmp_path)
    assert {name: one.key_id for name, one in first.items()} == {
        name: one.key_id for name, one in again.items()
    }
    assert len({one.key_id for one in first.values()}) == len(province.systems)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert {one.algorithm for one in first.values()} == {"ES256", "Ed25519", "PS256", "RS256"}
