"""Adapter: the national document axis (Trục liên thông văn bản quốc gia), edXML packets."""

from hub_adapter_edxml_axis.sink import AxisSink
from hub_adapter_edxml_axis.source import AxisSource

__all__ = ["AxisSink", "AxisSource"]
