"""Sandbox peer: National document axis (edXML)."""
