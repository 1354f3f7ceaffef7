"""Benchmarks: the router beside a contender, its latency, and the whole hub over HTTP."""
