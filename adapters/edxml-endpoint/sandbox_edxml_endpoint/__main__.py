"""`python -m sandbox_edxml_endpoint`: the e-Office by itself; `/_sandbox/connect` says where to."""

from lgsp_adapter.sandbox import run

from sandbox_edxml_endpoint.office import EOffice

run(EOffice)
