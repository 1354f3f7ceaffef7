"""The adapter SDK: connect a foreign system to the hub in a screenful of Python."""

from lgsp_adapter.config import Config, ConfigError, Problem, config_schema, load_config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Adapter, AnyAdapter, Sink, Source
from lgsp_adapter.errors import AdapterError, Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.http import http_error, parse_retry_after
from lgsp_adapter.reference import render
from lgsp_adapter.secret import Resolver, Secret
from lgsp_adapter.spec import CONTRACT, SUPPORTED, Idempotence, Kind, Spec
from lgsp_adapter.texts import Text
from lgsp_adapter.values import Check, Delivery, Done, Draft, Record, Result, Signed

__all__ = [
    "CONTRACT",
    "SUPPORTED",
    "Adapter",
    "AdapterError",
    "AnyAdapter",
    "Backpressure",
    "Check",
    "Config",
    "ConfigError",
    "Context",
    "Delivery",
    "Done",
    "Draft",
    "Fatal",
    "Idempotence",
    "Kind",
    "Problem",
    "Record",
    "Reject",
    "Resolver",
    "Result",
    "Retryable",
    "Secret",
    "Signed",
    "Sink",
    "Source",
    "Spec",
    "Text",
    "config_schema",
    "http_error",
    "load_config",
    "parse_retry_after",
    "render",
]
