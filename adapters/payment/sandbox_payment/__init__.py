"""Sandbox peer: Payment platform of the portal."""
