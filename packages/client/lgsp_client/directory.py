"""The hub's directory, kept in a file: whose keys are whose, and who is where, with the hub away.

It is signed by the hub (`lgsp_message.directory_copy`); what is kept was verified, and is verified
again when it is read. It says itself until when it is good.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from lgsp_message.directory_copy import CopyRefused, joined, parted, read_statement
from lgsp_message.directory_lookup import DirectoryCopy, Reached, open_copy
from lgsp_message.keys import VerifyingKey
from lgsp_message.reason import Refused

from lgsp_client.errors import HubDirectoryUnusable, HubProtocolError, HubRefused
from lgsp_client.keyring import Keys
from lgsp_client.plan import UNCHANGED, Ask, Plan
from lgsp_client.session import Session
from lgsp_client.whole_file import write_whole

STATEMENT: Final = "hub-copy"
"""The header with the hub's signed statement about the content."""
AHEAD: Final = timedelta(minutes=5)
"""As the hub allows its senders: a clock that is further behind makes what is stale look good."""
_REWRITTEN: Final = timedelta(hours=6)
"""A large file is not written anew for each statement that makes it good for minutes longer."""


class KeptDirectory:
    """A copy in a file. It is a trust store too: give it as `verify` to whoever receives."""

    def __init__(
        self,
        file: Path,
        hub: str,
        hub_keys: Keys,
        *,
        stale_is_good: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Keep the directory of `hub` in `file`.

        Args:
            file: Need not exist yet.
            hub: The hub's id.
            hub_keys: The hub's own keys, under its id: `KeyRing.load` of the file `hub-keys.json`
                that `hub trust export` writes. They are worth as much as the way they came by.
            stale_is_good: DANGEROUS: go on with a copy that is stale; `stale` still says so.
            now: Aware wall-clock time.
        """
        self._file, self._hub, self._hub_keys = file, hub, hub_keys
        self._stale_is_good, self._now = stale_is_good, now
        self._copy: DirectoryCopy | None = None
        self._written: datetime | None = None
        """Until when what stands in the file is good."""

    @property
    def copy(self) -> DirectoryCopy:
        """Return the copy that is kept, stale or not.

        Raises:
            HubDirectoryUnusable: there is none, or what stands in the file is not the hub's.
        """
        if self._copy is None:
            try:
                found = self._file.read_bytes()
            except FileNotFoundError as error:
                raise HubDirectoryUnusable("missing", "fetch it while the hub is there") from error
            self._copy = self._opened(found)
            self._written = self._copy.statement.good_until
        return self._copy

    @property
    def stale(self) -> bool:
        """Say whether it is too old to rely on."""
        return self.copy.stale(self._now())

    def usable(self) -> DirectoryCopy:
        """Return the copy if it may be relied on now.

        Raises:
            HubDirectoryUnusable: `missing`, `stale`, `clock_behind`, or why it is not the hub's.
        """
        copy, now = self.copy, self._now()
        if copy.statement.issued > now + AHEAD:
            raise HubDirectoryUnusable("clock_behind", "set this machine's clock right")
        if copy.stale(now) and not self._stale_is_good:
            until = copy.statement.good_until.isoformat()
            raise HubDirectoryUnusable("stale", f"good until {until}: fetch it from the hub")
        return copy

    def keys_of(self, system: str) -> Mapping[str, VerifyingKey]:
        """Return the keys by which messages of `system` are proven now.

        Raises:
            HubDirectoryUnusable: see `usable`.
        """
        return self.usable().keys_of(system, self._now())

    def reach(self, address: str, type_: str) -> Reached:
        """Return whom an address reaches with a type: old codes by succession.

        Raises:
            HubRefused: `unknown_recipient` or `no_endpoint`.
            HubDirectoryUnusable: see `usable`.
        """
        try:
            return self.usable().reach(address, type_, self._now())
        except Refused as refusal:
            place = refusal.place or ""
            raise HubRefused(refusal.reason.value, refusal.detail, place) from refusal

    def has(self) -> str | None:
        """Return the SHA-256 of the content that is kept; None: nothing that is the hub's."""
        before = self._before()
        return None if before is None else before.statement.sha256

    def take(self, jws: str, content: bytes | None) -> bool:
        """Keep what the hub sent; `content` None: the same as before. True: it is another one.

        Raises:
            HubDirectoryUnusable: it is not the hub's, or older than what is kept.
        """
        before = self._before()
        fresh = self._renewed(jws) if content is None else self._opened(joined(jws, content))
        if before is not None and fresh.statement.version < before.statement.version:
            # Else whoever stands in between could bring back a key that was revoked.
            raise HubDirectoryUnusable("older", "the hub gave an older directory than before")
        if content is not None or self._is_worth_writing(fresh):
            body = parted(self._file.read_bytes())[1] if content is None else content
            write_whole(self._file, joined(jws, body))
            self._written = fresh.statement.good_until
        self._copy = fresh
        return before is None or before.statement.sha256 != fresh.statement.sha256

    def _before(self) -> DirectoryCopy | None:
        try:
            return self.copy
        except HubDirectoryUnusable:
            return None  # Missing or damaged: the next one takes its place.

    def _renewed(self, jws: str) -> DirectoryCopy:
        try:
            statement = read_statement(jws, self._hub, self._hub_keys.keys_of(self._hub))
            return self.copy.renewed(statement)
        except CopyRefused as refusal:
            raise HubDirectoryUnusable(refusal.reason, str(refusal)) from refusal

    def _opened(self, file: bytes) -> DirectoryCopy:
        try:
            return open_copy(file, self._hub, self._hub_keys.keys_of(self._hub))
        except CopyRefused as refusal:
            raise HubDirectoryUnusable(refusal.reason, str(refusal)) from refusal

    def _is_worth_writing(self, fresh: DirectoryCopy) -> bool:
        return self._written is None or fresh.statement.good_until - self._written > _REWRITTEN


def fetch(session: Session, known: str | None) -> Plan[tuple[str, bytes | None]]:
    """Ask the hub for its directory; return its statement, and the content if it is not `known`.

    Give both to `KeptDirectory.take`: nothing of them is verified yet.

    Raises:
        HubRefused, HubUnauthorised, HubUnavailable, HubProtocolError.
    """
    condition = {} if known is None else {"if-none-match": f'W/"{known}"'}
    ask = Ask(method="GET", path="/v1/directory/copy", headers=condition)
    answer = yield from session.call(ask)
    jws = answer.headers.get(STATEMENT)
    if jws is None:
        raise HubProtocolError(f"the hub's directory comes without {STATEMENT}")
    return jws, None if answer.status == UNCHANGED else answer.body
