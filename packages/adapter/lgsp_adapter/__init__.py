"""The adapter SDK: connect a foreign system to the hub in a screenful of Python."""

from lgsp_adapter.config import Config, ConfigError, Problem, config_schema, load_config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Adapter, AnyAdapter, Service, Sink, Source
from lgsp_adapter.desk import Desk
from lgsp_adapter.errors import AdapterError, Backpressure, Fatal, Reject, Retryable
from lgsp_adapter.http import error_answer, http_error, parse_retry_after
from lgsp_adapter.reference import render
from lgsp_adapter.secret import NoSecret, Resolver, Secret
from lgsp_adapter.spec import CONTRACT, SUPPORTED, Idempotence, Kind, Spec
from lgsp_adapter.texts import Text
from lgsp_adapter.values import (
    Answer,
    Check,
    Delivery,
    Done,
    Draft,
    Record,
    Request,
    Result,
    Signed,
)

__all__ = [
    "CONTRACT",
    "SUPPORTED",
    "Adapter",
    "AdapterError",
    "Answer",
    "AnyAdapter",
    "Backpressure",
    "Check",
    "Config",
    "ConfigError",
    "Context",
    "Delivery",
    "Desk",
    "Done",
    "Draft",
    "Fatal",
    "Idempotence",
    "Kind",
    "NoSecret",
    "Problem",
    "Record",
    "Reject",
    "Request",
    "Resolver",
    "Result",
    "Retryable",
    "Secret",
    "Service",
    "Signed",
    "Sink",
    "Source",
    "Spec",
    "Text",
    "config_schema",
    "error_answer",
    "http_error",
    "load_config",
    "parse_retry_after",
    "render",
]
