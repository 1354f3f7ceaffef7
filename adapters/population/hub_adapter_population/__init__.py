"""Adapter: National population database: request and answer."""
