"""Structured logs: one JSON object a line on standard error, by allow-list, with the mask as last net.

Every module logs through structlog itself (`log = structlog.get_logger()`), nouns and ids: `log.info("outbox.sent",
message_id=…)`. A key that is not in ALLOWED is dropped and counted. An exception shows its type, its code and its
place, never its text: foreign texts quote what they choked on. What libraries log, from warning up, passes the same
net. identifiers-and-privacy.md, on what may be logged; house-style.md, habit 14.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from functools import lru_cache
from types import TracebackType
from typing import Any, BinaryIO, Final

import orjson
import structlog

from adapter.errors import AdapterError
from adapter.idscan import mask

ALLOWED: Final = frozenset(
    {
        # what every line has
        "event",
        "level",
        "timestamp",
        # one request
        "request_id",
        "traceparent",
        "method",
        "route",
        "status",
        "duration_ms",
        "bytes",
        # what it is about: ids of ours, types, states, codes
        "event_id",
        "event_type",
        "message_id",
        "message_type",
        "resource",
        "resource_type",
        "deadline",
        "deadline_id",
        "case_version",
        "owner",
        "party",
        "receiver",
        "direction",
        "state",
        "outcome",
        "code",
        "codes",
        "path",
        "rule",
        "kind",
        "reason",
        # how the work goes
        "attempt",
        "attempts",
        "generation",
        "due",
        "retry_at",
        "count",
        "queue",
        "limit",
        "seconds",
        "worker",
        "transport",
        "folder",
        # how it was started
        "mode",
        "host",
        "port",
        "url",
        "database",
        "version",
        "setting",
        "thread",
        # failures and other people's loggers
        "error",
        "error_code",
        "place",
        "cause",
        "logger",
        "template",
        "dropped",
    }
)
"""Every key that may be logged. A new one enters in a line of its own. `url` is our own base address, without query."""

LONGEST: Final = 200
_NOUN: Final = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")
_LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

Fields = MutableMapping[str, Any]


def configure(*, level: str = "info", form: str = "json", stream: BinaryIO | None = None) -> None:
    """Send all logs of this process to `stream` (standard error). Crashes of threads and of the process included."""
    text = form == "text"
    renderer = _text if text else structlog.processors.JSONRenderer(serializer=orjson.dumps)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_text,
            allow,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stderr.buffer),
        # Off, so that a test or a command may configure again.
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, Net)] + [Net()]
    root.setLevel(logging.WARNING)
    sys.excepthook = _crash
    threading.excepthook = _thread_crash


def bound() -> Any:
    """Return the logger as configured now. For what logs on every request: the lazy one binds anew for each line."""
    config = structlog.get_config()
    return _bound(config["wrapper_class"], config["logger_factory"])


@lru_cache(maxsize=1)
def _bound(_wrapper: object, _factory: object) -> Any:
    return structlog.get_logger().bind()


def without_text(_logger: object, _method: str, fields: Fields) -> Fields:
    """Put type, code and place in the place of an exception. A structlog processor."""
    error = fields.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    fields.pop("stack_info", None)
    if isinstance(error, BaseException):
        fields.update(told(error))
    return fields


def told(error: BaseException) -> dict[str, str]:
    """Return what may be said of an exception: its type, its code if it is ours, its place, the type of its cause."""
    said = {"error": type(error).__name__, "place": _place(error.__traceback__)}
    if isinstance(error, AdapterError):
        said["error_code"] = error.code
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        said["cause"] = type(cause).__name__
    return said


def _place(trace: TracebackType | None) -> str:
    """Return `module:function:line` of the innermost frame in our own code, else of the innermost at all."""
    frames = [
        (frame.f_globals.get("__name__", "?"), frame.f_code.co_name, line) for frame, line in _walk(trace)
    ]
    ours = [each for each in frames if str(each[0]).startswith("adapter.")] or frames
    return "{}:{}:{}".format(*ours[-1]) if ours else ""


def _walk(trace: TracebackType | None) -> list[Any]:
    return list(traceback.walk_tb(trace))


def allow(_logger: object, _method: str, fields: Fields) -> Fields:
    """Keep the keys of ALLOWED with values that are safe to print; count the others. A structlog processor."""
    kept = {key: safe(value) for key, value in fields.items() if key in ALLOWED}
    if len(kept) < len(fields):
        kept["dropped"] = len(fields) - len(kept)
    if not _NOUN.fullmatch(str(fields.get("event", ""))):
        kept["event"] = "log.not-a-noun"  # a sentence may hold anything
    return kept


def safe(value: object) -> object:
    """Return numbers and None as they are, texts masked and cut, lists of them likewise, all else as its type."""
    if value is None or isinstance(value, (bool, int, float)):
        # A number of eleven digits would be a person's whatever its type.
        return value if not isinstance(value, int) or abs(value) < 10**10 else mask(str(value))
    if isinstance(value, str):
        return mask(str(value))[:LONGEST]
    if isinstance(value, (tuple, list, set, frozenset)):
        return [safe(each) for each in value]
    return f"<{type(value).__name__}>"


def _text(_logger: object, _method: str, fields: Mapping[str, Any]) -> bytes:
    """Render for a person at a terminal: time, level, noun, then `key=value`."""
    rest = " ".join(
        f"{key}={value}" for key, value in fields.items() if key not in {"timestamp", "level", "event"}
    )
    return f"{fields['timestamp'][11:19]} {fields['level']:<7} {fields['event']} {rest}".rstrip().encode()


def leave_out(name: str, words: str) -> None:
    """Leave out what another's logger of this name says with these words; all else of it is told."""
    logging.getLogger(name).addFilter(lambda record: words not in record.getMessage())


class Net(logging.Handler):
    """What libraries log, through the same net: the logger, the place, and the template without what fills it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as `library.logged`. A message without arguments may be filled already, so it is left out."""
        fields: dict[str, Any] = {
            "logger": record.name,
            "place": f"{record.module}:{record.funcName}:{record.lineno}",
        }
        if record.args and isinstance(record.msg, str):
            fields["template"] = record.msg
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        _speak(_method(record.levelno), "library.logged", fields)


def _method(levelno: int) -> str:
    return "error" if levelno >= logging.ERROR else "warning"


def _speak(method: str, event: str, fields: Mapping[str, Any]) -> None:
    say: Callable[..., None] = getattr(structlog.get_logger(), method)
    say(event, **fields)


def _crash(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _speak("error", "process.crashed", {"exc_info": error})


def _thread_crash(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _speak(
            "error",
            "thread.crashed",
            {"exc_info": args.exc_value, "thread": args.thread and args.thread.name},
        )
