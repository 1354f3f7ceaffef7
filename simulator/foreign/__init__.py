"""The foreign systems of the demo: sandbox peers, and the connectors that speak to them."""
