"""The support bundle: what somebody who helps must know of a hub, and nothing that is secret."""
