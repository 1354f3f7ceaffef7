"""Process: the audit stream becomes indicators, deadlines and alerts."""
