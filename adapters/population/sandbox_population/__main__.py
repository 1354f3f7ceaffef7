"""`python -m sandbox_population`: the database by itself."""

from lgsp_adapter.sandbox import run

from sandbox_population.server import PopulationSandbox

run(PopulationSandbox)
