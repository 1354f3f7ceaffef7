"""Adapter: Payment platform of the portal."""
