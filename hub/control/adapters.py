"""The adapters that are installed with the hub: found by entry point, loaded when asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Protocol

from lgsp_adapter import SUPPORTED, Spec

GROUP: Final = "hub.adapters"
"""The entry point group in which a package names its adapters."""


class AdapterUnusable(Exception):
    """There is no such adapter, or it cannot be loaded. The text says who must act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One adapter's declaration, or why it has none."""

    name: str
    package: str
    """The package that brought it, with its version."""
    spec: Spec | None
    problem: str | None
    """Why it cannot be used; None where it can."""


class Adapters(Protocol):
    """Which adapters there are."""

    def spec(self, name: str) -> Spec:
        """Return an adapter's declaration. Blocking: it may import code.

        Raises:
            AdapterUnusable: not installed, or it cannot be loaded.
        """
        ...

    def all(self) -> list[Installed]:
        """Return all of them, by name. Blocking likewise."""
        ...


def _found() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


class InstalledAdapters:
    """The adapters of this Python environment. What is found once stays until a restart."""

    def __init__(self, found: Callable[[], Iterable[EntryPoint]] = _found) -> None:
        self._points = cache(lambda: {point.name: point for point in found()})
        self._load = cache(self._loaded)

    def spec(self, name: str) -> Spec:
        """Return an adapter's declaration; see `Adapters`."""
        points: Mapping[str, EntryPoint] = self._points()
        if name not in points:
            known = ", ".join(sorted(points)) or "none"
            raise AdapterUnusable(
                f"no adapter of this name is installed with the hub (installed: {known}): install "
                "its package, then restart the hub"
            )
        installed = self._load(name)
        if installed.spec is None:
            raise AdapterUnusable(f"the adapter cannot be used: {installed.problem}")
        return installed.spec

    def all(self) -> list[Installed]:
        """Return all of them; see `Adapters`."""
        return [self._load(name) for name in sorted(self._points())]

    def _loaded(self, name: str) -> Installed:
        point = self._points()[name]
        package = f"{point.dist.name} {point.dist.version}" if point.dist else ""
        try:
            spec, problem = _checked(name, point.load()), None
        # Foreign code runs here: whatever it raises is one adapter's state, not the hub's end.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            told = str(error) if isinstance(error, AdapterUnusable) else type(error).__name__
            spec, problem = None, told
        return Installed(name=name, package=package, spec=spec, problem=problem)


def _checked(name: str, adapter: object) -> Spec:
    spec = getattr(adapter, "spec", None)
    if not isinstance(spec, Spec):
        raise AdapterUnusable("it has no `spec`: its author must repair it")
    if spec.name != name:
        raise AdapterUnusable("its entry point has another name than its `spec`")
    if spec.contract not in SUPPORTED:
        raise AdapterUnusable(f"it speaks contract {spec.contract}, this hub speaks {SUPPORTED}")
    return spec
