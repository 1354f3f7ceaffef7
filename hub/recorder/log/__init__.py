"""The transparency log: from `hub.audit` to tiles, checkpoints and anchors."""
