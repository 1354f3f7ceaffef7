"""`python -m sandbox_edxml_axis`: the axis by itself."""

from lgsp_adapter.sandbox import run

from sandbox_edxml_axis.server import AxisSandbox

run(AxisSandbox)
