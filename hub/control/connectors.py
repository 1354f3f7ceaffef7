"""What the changes of connectors do to the draft."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final

import msgspec
from lgsp_adapter import ConfigError, load_config

from hub.control.adapters import AdapterUnusable
from hub.control.connector_changes import (
    DeleteConnector,
    PauseConnector,
    PutConnector,
    RestartConnector,
    ResumeConnector,
    SetNetworks,
    StopConnector,
    WindowWanted,
)
from hub.control.draft import Draft
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.connector_record import ConnectorRecord, WindowRecord
from hub.decision.connectors import Limits, Wanted


def put_connector(change: PutConnector, draft: Draft, place: str) -> None:
    """Let a connector be as given.

    Raises:
        ChangeRefused: `ADAPTER_UNUSABLE`, `CONFIG_REFUSED`, `CONNECTOR_FIXED`.
    """
    known = draft.find(ConnectorRecord, change.name)
    if known is not None and (known.adapter, known.system) != (change.adapter, change.system):
        detail = "adapter and system are fixed: delete the connector and make another"
        raise ChangeRefused(Refusal.CONNECTOR_FIXED, detail, place)
    _check_config(change, draft, place)
    draft.put(change.name, _record(change, known), change.change)


def _check_config(change: PutConnector, draft: Draft, place: str) -> None:
    try:
        load_config(draft.adapters.spec(change.adapter).config, change.config)
    except AdapterUnusable as error:
        raise ChangeRefused(Refusal.ADAPTER_UNUSABLE, str(error), f"{place}/adapter") from error
    except ConfigError as error:
        # Fields and rules, never a value: among them is where a secret was put in place of a
        # reference.
        raise ChangeRefused(Refusal.CONFIG_REFUSED, str(error), f"{place}/config") from error


def _record(change: PutConnector, known: ConnectorRecord | None) -> ConnectorRecord:
    before = known or ConnectorRecord(adapter=change.adapter, system=change.system, config={})
    return msgspec.structs.replace(
        before,
        config=change.config,
        wanted=change.wanted or before.wanted,
        isolation=change.isolation,
        limits=Limits(**change.limits.model_dump()),
        windows=tuple(map(_window, change.windows)),
    )


def _window(wanted: WindowWanted) -> WindowRecord:
    return WindowRecord(
        weekdays=wanted.weekdays,
        start=time.fromisoformat(wanted.start),
        end=time.fromisoformat(wanted.end),
    )


def _delete(change: DeleteConnector, draft: Draft, _place: str) -> None:
    draft.remove(ConnectorRecord, change.name, change.change)


def _pause(change: PauseConnector, draft: Draft, place: str) -> None:
    _alter(change, draft, place, wanted=Wanted.PAUSED)


def _resume(change: ResumeConnector, draft: Draft, place: str) -> None:
    _alter(change, draft, place, wanted=Wanted.RUNNING)


def _stop(change: StopConnector, draft: Draft, place: str) -> None:
    _alter(change, draft, place, wanted=Wanted.STOPPED)


def _restart(change: RestartConnector, draft: Draft, place: str) -> None:
    known = draft.find(ConnectorRecord, change.name)
    reached = 0 if known is None else known.generation
    # Never back: a generation that was seen before would not start anything anew.
    _alter(change, draft, place, generation=max(reached, change.generation))


def _set_networks(change: SetNetworks, draft: Draft, place: str) -> None:
    _alter(change, draft, place, networks=change.networks)


def _alter(change: Any, draft: Draft, place: str, **fields: Any) -> None:
    known = draft.find(ConnectorRecord, change.name)
    if known is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no connector {change.name}", place)
    draft.put(change.name, msgspec.structs.replace(known, **fields), change.change)


CONNECTOR_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    PutConnector: put_connector,
    DeleteConnector: _delete,
    PauseConnector: _pause,
    ResumeConnector: _resume,
    StopConnector: _stop,
    RestartConnector: _restart,
    SetNetworks: _set_networks,
}
