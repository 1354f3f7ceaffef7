"""Process: the HTTP API, one file per resource."""
