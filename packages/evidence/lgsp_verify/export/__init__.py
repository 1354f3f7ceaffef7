"""An export: every leaf of a period, and what proves that none is left out."""
