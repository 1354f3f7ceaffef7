"""What a kept copy of the directory answers: whose key this is, and whom an address reaches. Pure.

The hub decides by the same organisations and codes; its answer counts. With the hub away this is
what it would have said when it made the copy.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from lgsp_message.attributes import ORG_PREFIX, SYSTEM_PREFIX
from lgsp_message.directory_copy import (
    Content,
    CopiedKey,
    CopiedSystem,
    CopyRefused,
    Statement,
    parted,
    read_content,
    read_statement,
)
from lgsp_message.keys import KeyUnusable, VerifyingKey, load_jwk, verifying_key
from lgsp_message.limits import DEDUPLICATION_WINDOW
from lgsp_message.organisations import Organisations, Via, legal_day
from lgsp_message.reason import Reason, Refused


class Reached(msgspec.Struct, frozen=True):
    """Whom an address reaches."""

    systems: tuple[str, ...]
    via: tuple[Via, ...] = ()
    """Why elsewhere than the address says by the letter; empty: there."""
    choose: bool = False
    """A person at the hub chooses one of `systems`: the office was split."""


class DirectoryCopy:
    """A verified copy. Only `open_copy` makes one."""

    def __init__(self, statement: Statement, content: Content) -> None:
        self.statement = statement
        self.organisations = Organisations(
            organisations={one.id: one for one in content.organisations}, codes=content.codes
        )
        self.systems: Mapping[str, CopiedSystem] = content.systems
        self._content = content
        self._keys: dict[tuple[str, str], VerifyingKey] = {}

    def renewed(self, statement: Statement) -> "DirectoryCopy":
        """Return the same content under a newer statement about it.

        Raises:
            CopyRefused: the statement is about another content.
        """
        if statement.sha256 != self.statement.sha256:
            raise CopyRefused("damaged", "the statement is about another content")
        return DirectoryCopy(statement, self._content)

    def stale(self, at: datetime) -> bool:
        """Say whether it is too old to rely on: keys may have been revoked meanwhile."""
        return at >= self.statement.good_until

    def keys_of(self, system: str, at: datetime) -> Mapping[str, VerifyingKey]:
        """Return the keys by which messages of `system` (its bare name) are proven at `at`."""
        known = self.systems.get(system)
        keys = {} if known is None else known.keys
        return {
            name: self._key(system, name, key)
            for name, key in keys.items()
            if key.barred is None and _counts(key, at)
        }

    def reach(self, address: str, type_: str, at: datetime) -> Reached:
        """Return whom an address (`urn:hub:org:…`, `urn:hub:system:…`) reaches with a type.

        Raises:
            Refused: `UNKNOWN_RECIPIENT` or `NO_ENDPOINT`. Groups and areas only the hub knows.
        """
        if address.startswith(SYSTEM_PREFIX):
            return Reached((self._direct(address, type_, at),))
        if not address.startswith(ORG_PREFIX):
            detail = "a copy knows organisations and systems"
            raise Refused(Reason.UNKNOWN_RECIPIENT, detail, "recipients")
        way = self.organisations.way(address.removeprefix(ORG_PREFIX), legal_day(at))
        if not way.to:
            raise Refused(Reason.UNKNOWN_RECIPIENT, address, "recipients")
        takers = [name for id in way.to if (name := self._taker(id, type_)) is not None]
        if not takers:
            raise Refused(Reason.NO_ENDPOINT, f"nobody there takes {type_}", "recipients")
        # As at the hub: of several successors a person chooses, also where one takes the type.
        return Reached(tuple(dict.fromkeys(takers)), way.via, choose=len(way.to) > 1)

    def _direct(self, address: str, type_: str, at: datetime) -> str:
        name = address.removeprefix(SYSTEM_PREFIX)
        system = self.systems.get(name)
        there = system is not None and self.organisations.is_active(
            system.organisation, legal_day(at)
        )
        if system is None or not system.active or not there:
            raise Refused(Reason.UNKNOWN_RECIPIENT, address, "recipients")
        if self._taker(system.organisation, type_) != name:
            raise Refused(Reason.NO_ENDPOINT, f"{address} does not take {type_}", "recipients")
        return name

    def _taker(self, organisation: str, type_: str) -> str | None:
        name = self._content.endpoints.get(organisation, {}).get(type_)
        system = None if name is None else self.systems.get(name)
        return None if system is None or not system.active else name

    def _key(self, system: str, name: str, key: CopiedKey) -> VerifyingKey:
        place = system, name
        if place not in self._keys:
            self._keys[place] = _verifying(key)
        return self._keys[place]


def open_copy(file: bytes, hub: str, keys: Mapping[str, VerifyingKey]) -> DirectoryCopy:
    """Verify a copy of the directory of `hub`; `keys`: the hub's keys that are trusted.

    Raises:
        CopyRefused: why it may not be relied on.
    """
    jws, content = parted(file)
    statement = read_statement(jws, hub, keys)
    return DirectoryCopy(statement, read_content(content, statement))


def _counts(key: CopiedKey, at: datetime) -> bool:
    """Say whether messages signed with a key may still be on their way.

    The hub takes a message within its window only, and only while the key counts: what it took
    then may be read as late as that. A barred key counts from no moment on.
    """
    early = key.valid_from is not None and at < key.valid_from
    late = key.valid_to is not None and at >= key.valid_to + DEDUPLICATION_WINDOW
    return not (early or late)


def _verifying(key: CopiedKey) -> VerifyingKey:
    try:
        return verifying_key(load_jwk(key.jwk), key.alg)
    except KeyUnusable as error:
        raise CopyRefused("too_new", "a key of a kind that this software does not know") from error
