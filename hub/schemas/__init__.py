"""What a message's body must look like: shipped types, their schemas, and the check itself.

`event_types` lists the types, `catalogue` loads their published schemas, `lint` says which schema
is safe to run, `validate` runs it. Pure: bytes and values in, violations out.
"""
