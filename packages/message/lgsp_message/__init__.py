"""The message of the hub: what travels, what limits it, who signed it, why it may be refused."""
