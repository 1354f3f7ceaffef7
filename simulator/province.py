"""The province as a value, and as the one change list that registers it at a hub."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lgsp_client import Identity
from lgsp_message.keys import public_jwk

from simulator import roles
from simulator.agencies import DEPARTMENTS, Agency, Role, System, Tiers, agencies

Change = dict[str, Any]

_GROUP_OF_ROLE: Mapping[Role, tuple[str, ...]] = {
    Role.PORTAL: (roles.PORTALS,),
    Role.DESK: (roles.DESKS,),
    Role.OFFICE: (roles.OFFICES,),
    Role.COMMUNE: (roles.DESKS, roles.OFFICES),
    Role.PARTNER: (roles.PARTNERS,),
    Role.PAYMENT: (roles.SERVICES,),
    Role.POST: (roles.SERVICES,),
    Role.NOTICES: (roles.SERVICES,),
    Role.DATA: (roles.DATA,),
    Role.HOTLINE: (roles.DATA,),
}


@dataclass(frozen=True, kw_only=True)
class Province:
    """All agencies of one variant. Not slotted: the lookups below are made once and kept."""

    tiers: Tiers
    agencies: tuple[Agency, ...]

    @classmethod
    def of(cls, tiers: Tiers) -> "Province":
        """Return the province of the variant; the same in every run."""
        return cls(tiers=tiers, agencies=agencies(tiers))

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """All systems, in the order of their agencies."""
        return tuple(system for agency in self.agencies for system in agency.systems)

    @cached_property
    def agency_of(self) -> Mapping[str, Agency]:
        """The agency of each system, by the system's name."""
        return {system.name: agency for agency in self.agencies for system in agency.systems}

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Group name to the ids of its agencies. A group that would be empty is not there."""
        members: dict[str, list[str]] = {}
        for agency in self.agencies:
            for group in _groups_of(agency):
                members.setdefault(group, []).append(agency.id)
        return {group: tuple(ids) for group, ids in sorted(members.items())}

    def takes(self, system: System) -> tuple[str, ...]:
        """Return the types that a system takes."""
        return roles.TAKES[system.role]

    def with_role(self, *wanted: Role) -> tuple[System, ...]:
        """Return the systems that have one of these roles."""
        return tuple(system for system in self.systems if system.role in wanted)

    def takers(self, group: str, type_: str) -> tuple[str, ...]:
        """Return the systems that get a message of `type_` to `group`: one for each agency."""
        members = set(self.groups[group])
        return tuple(
            system.name
            for system in self.systems
            if system.agency in members and type_ in self.takes(system)
        )


def changes(province: Province, keys: Mapping[str, tuple[Identity, str]]) -> list[Change]:
    """Return the change list for `POST /v1/admin/changes`.

    `keys`: for each system its identity, and its proof of possession made just now.
    """
    return [
        *(change for agency in province.agencies for change in _agency(agency)),
        *(
            {"change": "put_group", "name": name, "members": list(members)}
            for name, members in province.groups.items()
        ),
        *(
            change
            for system in province.systems
            for change in _system(system, province, *keys[system.name])
        ),
    ]


def _groups_of(agency: Agency) -> Iterator[str]:
    yield from dict.fromkeys(
        group for system in agency.systems for group in _GROUP_OF_ROLE[system.role]
    )
    if agency.level == "district":
        yield roles.DISTRICTS
    elif agency.level == "commune":
        yield roles.COMMUNES
    elif agency.id in DEPARTMENTS:
        yield roles.DEPARTMENTS


def _agency(agency: Agency) -> Iterator[Change]:
    parent = {"parent": agency.parent} if agency.parent else {}
    yield {
        "change": "put_organisation",
        "id": agency.id,
        "name": agency.name,
        "level": agency.level,
        **parent,
    }
    for code, scheme in ((agency.code, "qd20"), (agency.old_code, "qcvn102")):
        yield {
            "change": "put_code",
            "code": code,
            "organisation": agency.id,
            "scheme": scheme,
        }


def _system(system: System, province: Province, who: Identity, proof: str) -> Iterator[Change]:
    yield {
        "change": "put_system",
        "system": system.name,
        "organisation": system.agency,
        "name": system.title,
    }
    yield {
        "change": "register_key",
        "system": system.name,
        "jwk": public_jwk(who.key.public_key()),
        "alg": who.algorithm,
        "proof": proof,
    }
    yield {
        "change": "put_endpoint",
        "organisation": system.agency,
        "system": system.name,
        "types": list(province.takes(system)),
    }
    yield from _rights(system, province)


def _rights(system: System, province: Province) -> Iterator[Change]:
    for number, (types, groups) in enumerate(roles.SENDS[system.role], start=1):
        yield {
            "change": "put_right",
            "id": f"{system.name}.{number}",
            "system": system.name,
            "types": list(types),
            "recipients": [f"urn:hub:group:{g}" for g in groups if g in province.groups],
        }
