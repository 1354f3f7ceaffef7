"""A runtime in memory, for tests and for developing an adapter: the same promises, no broker."""

from lgsp_adapter.calls import check
from lgsp_adapter.testing.bus import Bus, DeadLetter, Event, Outcome
from lgsp_adapter.testing.clock import Clock, RealClock, VirtualClock
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.desk import MemoryDesk
from lgsp_adapter.testing.objects import MemoryObjects
from lgsp_adapter.testing.rules import EngineRules
from lgsp_adapter.testing.service_engine import ServiceEngine
from lgsp_adapter.testing.sink_engine import SinkEngine
from lgsp_adapter.testing.source_engine import SourceEngine

__all__ = [
    "Bus",
    "Clock",
    "DeadLetter",
    "EngineRules",
    "Event",
    "MemoryDesk",
    "MemoryObjects",
    "Outcome",
    "RealClock",
    "ServiceEngine",
    "SinkEngine",
    "SourceEngine",
    "VirtualClock",
    "check",
    "delivery",
]
