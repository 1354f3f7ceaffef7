"""Client of the hub: sign, submit, receive, acknowledge."""
