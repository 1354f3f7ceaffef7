"""Adapters that are one YAML file, with their unit tests in it. Needs the extra `yaml`."""

from lgsp_adapter.recipe.load import Loaded, RecipeError, load_recipe, loads_recipe
from lgsp_adapter.recipe.trial import run_trial, run_trials

__all__ = ["Loaded", "RecipeError", "load_recipe", "loads_recipe", "run_trial", "run_trials"]
