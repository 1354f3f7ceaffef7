"""`hub-edge run` with the adapters of the tests in place of installed ones."""

import sys

from lgsp_edge import runtime
from lgsp_edge.cli import app

from tests.edge_rig import ADAPTERS

if __name__ == "__main__":
    defaults = runtime.Edge.__init__.__kwdefaults__
    assert defaults is not None
    defaults["find"] = ADAPTERS.__getitem__
    app(["run", "-C", sys.argv[1]])
