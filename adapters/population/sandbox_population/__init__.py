"""Sandbox peer: the national population database's look-up, with invented people."""

from sandbox_population.server import PopulationSandbox

__all__ = ["PopulationSandbox"]
