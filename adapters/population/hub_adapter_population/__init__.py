"""Adapter: National population database: request and answer."""

from hub_adapter_population.service import Population, PopulationConfig

__all__ = ["Population", "PopulationConfig"]
