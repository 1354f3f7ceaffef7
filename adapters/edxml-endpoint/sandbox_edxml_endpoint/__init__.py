"""Sandbox peer: REST shapes that e-offices speak to a provincial axis."""
