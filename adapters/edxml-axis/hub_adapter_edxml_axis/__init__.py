"""Adapter: National document axis (edXML)."""
