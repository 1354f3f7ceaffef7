"""A synthetic province outside the hub: its systems speak public HTTP, and a verdict on the day.

It imports the client library and the message package, never the hub: what it proves, it proves
as an agency or an auditor would.
"""
