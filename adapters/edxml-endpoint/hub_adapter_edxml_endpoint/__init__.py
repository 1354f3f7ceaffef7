"""Adapter: e-office software that speaks to a provincial axis connects by changing an address."""

from hub_adapter_edxml_endpoint.service import EdxmlEndpoint

__all__ = ["EdxmlEndpoint"]
