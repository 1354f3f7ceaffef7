"""Adapter: the National Public Service Portal (Cổng Dịch vụ công quốc gia), dossiers."""

from hub_adapter_dvcqg.sink import PortalSink
from hub_adapter_dvcqg.source import PortalSource

__all__ = ["PortalSink", "PortalSource"]
