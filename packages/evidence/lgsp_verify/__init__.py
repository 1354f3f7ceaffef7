"""Check the proofs of the hub offline: its transparency log, and evidence about one message."""
