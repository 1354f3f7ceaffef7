"""Sandbox peer: the post office's orders and their tracking."""

from sandbox_vnpost.orders import State
from sandbox_vnpost.server import PostSandbox

__all__ = ["PostSandbox", "State"]
