"""Sandbox peer: old software that shares tables, and its misbehaviour on command."""

from sandbox_sql_table.old_software import InboxRow, OldSoftware

__all__ = ["InboxRow", "OldSoftware"]
