"""The conformance kit: subclass one class, give a factory and a fake, and pytest does the rest."""

from lgsp_adapter.kit.caller import Ask, Caller, Told
from lgsp_adapter.kit.common import secret_behind
from lgsp_adapter.kit.peer import Answer, Peer, Say, Script, SinkPeer, SourcePeer
from lgsp_adapter.kit.promise import promises, run_kit
from lgsp_adapter.kit.service import ServiceKit
from lgsp_adapter.kit.sink import SinkKit
from lgsp_adapter.kit.source import SourceKit

__all__ = [
    "Answer",
    "Ask",
    "Caller",
    "Peer",
    "Say",
    "Script",
    "ServiceKit",
    "SinkKit",
    "SinkPeer",
    "SourceKit",
    "SourcePeer",
    "Told",
    "promises",
    "run_kit",
    "secret_behind",
]
