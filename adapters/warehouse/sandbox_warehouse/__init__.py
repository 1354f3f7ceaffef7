"""Sandbox peer: Shared data warehouse: PostgreSQL and Parquet."""
