"""A witness: remembers the largest tree of each log it knows, and cosigns what continues it.

For another agency to run: it needs nothing of the hub but its public key.
"""
