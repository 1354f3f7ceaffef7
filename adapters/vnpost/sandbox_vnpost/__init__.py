"""Sandbox peer: Public post VNPost."""
