"""Adapter: tables of old software (PostgreSQL, MySQL, MariaDB, SQL Server, Oracle, SQLite)."""

from hub_adapter_sql_table.sink import SqlTableOut
from hub_adapter_sql_table.source import SqlTableIn

__all__ = ["SqlTableIn", "SqlTableOut"]
