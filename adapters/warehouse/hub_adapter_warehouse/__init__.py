"""Adapter: Shared data warehouse: PostgreSQL and Parquet."""
