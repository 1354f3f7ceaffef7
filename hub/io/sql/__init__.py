"""The hub's SQL store: SQLite on one machine, PostgreSQL in production. Same tables, same code."""
