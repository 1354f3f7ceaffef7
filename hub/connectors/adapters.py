"""Find adapters by their entry points. A broken one is a state of its connector, never a crash."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, cast

from lgsp_adapter import (
    SUPPORTED,
    AnyAdapter,
    Config,
    ConfigError,
    Kind,
    Service,
    Sink,
    Source,
    Spec,
    Text,
    load_config,
)

from hub.decision.connectors import Connector

GROUP: Final = "hub.adapters"

_BASES: Final = {Kind.SOURCE: Source, Kind.SINK: Sink, Kind.SERVICE: Service}


class NotUsable(Exception):
    """The connector cannot run; `words` say who must do what."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An adapter with the checked configuration of one connector."""

    kind: type[AnyAdapter]
    config: Config

    @property
    def spec(self) -> Spec:
        """What the adapter says about itself."""
        return self.kind.spec

    def make(self) -> Any:
        """Return a new instance, not opened."""
        return self.kind(self.config)


class Adapters:
    """The adapters that are installed. Each is imported when a connector first wants it."""

    def __init__(self, found: Iterable[EntryPoint] | None = None) -> None:
        points = entry_points(group=GROUP) if found is None else found
        self._points = {point.name: point for point in points}

    def names(self) -> list[str]:
        """Return the names of all, without importing any."""
        return sorted(self._points)

    def load(self, connector: Connector) -> Loaded:
        """Return the connector's adapter with its configuration.

        Raises:
            NotUsable: it is not installed, cannot be imported, is of another contract, or the
                configuration is refused. With field and rule, never with a value.
        """
        kind = self._kind(connector.adapter)
        try:
            config = load_config(kind.spec.config, connector.config)
        except ConfigError as error:
            raise NotUsable(
                Text(
                    vi=f"Cấu hình bị từ chối: {error}. Sửa cấu hình của bộ kết nối.",
                    en=f"The configuration is refused: {error}. Correct it.",
                )
            ) from None
        return Loaded(kind=kind, config=config)

    def _kind(self, name: str) -> type[AnyAdapter]:
        point = self._points.get(name)
        if point is None:
            raise NotUsable(
                Text(
                    vi=f"Adapter {name} chưa được cài. Cài gói của nó rồi khởi động lại.",
                    en=f"The adapter {name} is not installed. Install its package, then restart.",
                )
            )
        try:
            kind = point.load()
        except Exception as error:
            raise NotUsable(_fault(name, f"import: {type(error).__name__}")) from error
        return _checked(name, kind)


def _checked(name: str, kind: Any) -> type[AnyAdapter]:
    spec = getattr(kind, "spec", None)
    if not isinstance(spec, Spec) or not isinstance(kind, type):
        raise NotUsable(_fault(name, "spec: missing"))
    if spec.contract not in SUPPORTED:
        raise NotUsable(_fault(name, f"contract {spec.contract}, this hub runs {SUPPORTED}"))
    if spec.name != name:
        raise NotUsable(_fault(name, "spec: another name than the entry point's"))
    if not issubclass(kind, _BASES[spec.kind]):
        raise NotUsable(_fault(name, f"spec: says {spec.kind}, the class is something else"))
    return cast("type[AnyAdapter]", kind)


def _fault(name: str, what: str) -> Text:
    return Text(
        vi=f"Adapter {name} hỏng ({what}). Báo cho người viết adapter.",
        en=f"The adapter {name} is broken ({what}). Tell whoever wrote it.",
    )
