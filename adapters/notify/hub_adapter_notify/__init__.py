"""Adapter: SMS brandname, Zalo OA/ZNS, e-mail."""
