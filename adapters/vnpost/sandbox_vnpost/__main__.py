"""`python -m sandbox_vnpost`: the post office by itself."""

from lgsp_adapter.sandbox import run

from sandbox_vnpost.server import PostSandbox

run(PostSandbox)
