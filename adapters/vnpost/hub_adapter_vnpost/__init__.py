"""Adapter: VNPost: orders and tracking."""

from hub_adapter_vnpost.inbound import VnpostIn, VnpostInConfig
from hub_adapter_vnpost.out import VnpostOut, VnpostOutConfig

__all__ = ["VnpostIn", "VnpostInConfig", "VnpostOut", "VnpostOutConfig"]
