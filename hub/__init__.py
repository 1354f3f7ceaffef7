"""The integration hub of a province: signed messages in, decisions, inboxes, proof."""
