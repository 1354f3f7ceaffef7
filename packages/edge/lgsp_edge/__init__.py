"""The edge connector: adapters at an agency, a local spool, HTTPS outwards only."""
