"""Adapter: the shared data warehouse (PostgreSQL, Parquet)."""

from hub_adapter_warehouse.sink import Warehouse

__all__ = ["Warehouse"]
