"""Sandbox peer: a synthetic specialised database that states its changes, and an analyst."""

from sandbox_warehouse.department import Department

__all__ = ["Department"]
