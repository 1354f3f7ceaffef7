"""Sandbox peer: Tables of old software through SQLAlchemy."""
