"""Adapter: Tables of old software through SQLAlchemy."""
