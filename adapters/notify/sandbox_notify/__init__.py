"""Sandbox peer: SMS brandname, Zalo OA/ZNS, e-mail."""
