"""Adapter: Public post VNPost."""
