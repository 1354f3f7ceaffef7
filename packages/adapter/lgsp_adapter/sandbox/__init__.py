"""Sandbox peers: real servers in a published shape that can also misbehave on command."""

from lgsp_adapter.sandbox.answers import Upset, required
from lgsp_adapter.sandbox.journal import Journal
from lgsp_adapter.sandbox.mischief import Misbehaviour, Mischief, What
from lgsp_adapter.sandbox.run import run
from lgsp_adapter.sandbox.server import Sandbox

__all__ = [
    "Journal",
    "Misbehaviour",
    "Mischief",
    "Sandbox",
    "Upset",
    "What",
    "required",
    "run",
]
