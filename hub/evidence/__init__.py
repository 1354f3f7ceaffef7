"""Evidence: what the hub knows of a message, gathered and sealed for somebody who trusts nobody."""
