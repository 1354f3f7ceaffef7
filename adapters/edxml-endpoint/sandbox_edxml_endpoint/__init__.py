"""Sandbox peer: an e-Office that speaks to a provincial axis in either published shape."""

from sandbox_edxml_endpoint.office import EOffice
from sandbox_edxml_endpoint.wires import Account, BkavWire, LangSonWire

__all__ = ["Account", "BkavWire", "EOffice", "LangSonWire"]
