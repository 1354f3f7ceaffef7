"""Adapter: files dropped into a folder, local or behind SFTP."""

from hub_adapter_file_drop.sink import FileDropOut
from hub_adapter_file_drop.source import FileDropIn

__all__ = ["FileDropIn", "FileDropOut"]
