"""`python -m sandbox_dvcqg`: the portal by itself."""

from lgsp_adapter.sandbox import run

from sandbox_dvcqg.server import PortalSandbox

run(PortalSandbox)
