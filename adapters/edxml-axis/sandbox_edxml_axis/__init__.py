"""Sandbox peer: the national document axis, as its client SDK and published packets show it."""

from sandbox_edxml_axis.directory import Agency, Directory, Level
from sandbox_edxml_axis.server import AxisSandbox
from sandbox_edxml_axis.signing import System

__all__ = ["Agency", "AxisSandbox", "Directory", "Level", "System"]
