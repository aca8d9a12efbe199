"""Where every request passes: who is calling, policy, view, audit row, then headers, one log line, one count.

It knows nothing of Flask's context, so that the hot routes can be served without it (app.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from adapter.access import audit, callers, policy
from adapter.errors import AdapterError
from adapter.fhir.table import READABLE
from adapter.log import bound
from adapter.registers import clients
from adapter.services import Services
from adapter.web import allow, manners, problems
from adapter.web.answers import Answer
from adapter.web.call import FORM_BYTES, Call, Route, Shared, code_for
from adapter.web.metrics import Meter
from adapter.web.negotiation import JSON

Alive = Callable[[], Mapping[str, bool]]

OK: Final = 200
SPARE: Final = 2
"""Threads that never wait for a body, so that reads and health are answered while others trickle in."""
_NO_STORE: Final = ("Cache-Control", "no-store")
_MAY_KEEP: Final = ("Cache-Control", "public, max-age=300")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY: Final = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
_CSP: Final = "Content-Security-Policy"
_COMMON: Final = (*_SECURITY, (_CSP, _POLICY))
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_OTHER: Final = "other"
_NOWHERE: Final = "-"
"""Route of a request that no row takes."""

log = structlog.get_logger()


class Desk:
    """What all requests of one app share."""

    def __init__(self, services: Services, alive: Alive | None) -> None:
        settings = services.settings
        self.services = services
        self.token = settings.token.get_secret_value() if settings.token is not None else None
        self.rules = policy.Rules(
            mode=settings.mode, token=self.token is not None, open="no-token" in settings.waive
        )
        self.public = settings.public_host
        self.clients = clients.load(settings.clients, services.book())
        self.audit = settings.audit
        self.org = policy.home(services.book())
        self.meter = Meter(services)
        self.shared = Shared(
            services=services,
            base=settings.base_url,
            registry=self.meter.registry,
            alive=alive,
            methods=allow.methods,
            reading=threading.BoundedSemaphore(max(1, settings.threads - SPARE)),
            origins=frozenset(settings.cors_origins),
        )

    def call(self, environ: dict[str, Any]) -> Call:
        """Return a request as a call, with an id that is safe to log."""
        given = callers.request_id(environ.get("HTTP_X_REQUEST_ID"))
        return Call(
            shared=self.shared,
            services=self.services,
            environ=environ,
            request_id=given or self.services.new_id(),
            traceparent=callers.traceparent(environ.get("HTTP_TRACEPARENT")),
            started=time.perf_counter(),
        )

    def serve(self, route: Route, environ: dict[str, Any], names: Mapping[str, str]) -> Answer:
        """Return a route's answer, finished."""
        call = self.call(environ)
        call.route = route
        return self.finish(call, self._guarded(route, call, names))

    def failed(self, environ: dict[str, Any], error: Exception) -> Answer:
        """Return the answer to a request that no row takes, or that failed outside a view, finished."""
        call = self.call(environ)
        if isinstance(error, MethodNotAllowed) and problems.is_fhir(call.path()):
            taken = allow.methods(call.path())
            if call.method() == "OPTIONS":
                return self.finish(call, manners.options(call, taken))
            error = error if taken else NotFound()  # no type of ours
        if isinstance(error, HTTPException):
            return self.finish(call, problems.of_http(call, error))
        _tell_failure(call, error)
        return self.finish(call, problems.unexpected(call))

    def _guarded(self, route: Route, call: Call, names: Mapping[str, str]) -> Answer:
        """Return the answer after policy, view, and an audit row on the disk."""
        asked = route.access
        if asked is None:
            return self._viewed(route, call, names)
        caller = call.caller = self._who(call)
        if asked.interaction is not None:
            call.trail = audit.Trail(interaction=asked.interaction)
        decision = policy.decide(caller, rules=self.rules, action=asked.action, kind=asked.kind)
        if not decision.allowed and call.trail is not None and names.get("type_") in READABLE:
            call.trail.entities = audit.entity(names["type_"], names.get("id_", ""))
        keep = callers.CURRENT.set(caller)
        try:
            found = (
                self._in_lane(route, call, names)
                if decision.allowed
                else problems.answer(call, decision.error())
            )
        finally:
            callers.CURRENT.reset(keep)
        return self._audited(call, caller, found) if self.audit and not call.audited else found

    def _in_lane(self, route: Route, call: Call, names: Mapping[str, str]) -> Answer:
        """Return a view's answer. A GET takes the lane at once, a POST when it has its body (Call.body), which may trickle in."""
        lane = self.services.store.lane
        if route.method == "GET":
            lane.enter()
        try:
            return self._viewed(route, call, names)
        finally:
            lane.leave()

    def _who(self, call: Call) -> callers.Caller:
        environ = call.environ
        return callers.identify(
            address=environ.get("REMOTE_ADDR") or "",
            authorization=environ.get("HTTP_AUTHORIZATION"),
            token=self.token,
            request_id=call.request_id,
            site=None if self._welcome(call) else environ.get("HTTP_SEC_FETCH_SITE"),
            host=environ.get("HTTP_HOST"),
            public=self.public,
            clients=self.clients,
        )

    def _welcome(self, call: Call) -> bool:
        """Return whether a page asks whose site may (CORS): it is none of those that somebody else wrote."""
        origins = self.shared.origins
        return bool(origins) and call.environ.get("HTTP_ORIGIN") in origins and problems.is_fhir(call.path())

    def _viewed(self, route: Route, call: Call, names: Mapping[str, str]) -> Answer:
        try:
            if route.method != "GET":
                self._bounded(route, call)
            if not route.any_params:
                _known(route, call)
            if route.path.startswith(problems.FHIR):
                manners.before(route, call, names)
            else:
                _storable(names)
            return route.view(call, **names)
        except AdapterError as error:
            return problems.answer(call, error)
        except HTTPException as error:
            return problems.of_http(call, error)
        except Exception as error:  # noqa: BLE001 (nothing of it may reach the caller)
            _tell_failure(call, error)
            return problems.unexpected(call)

    def _bounded(self, route: Route, call: Call) -> None:
        """Refuse by the length announced, before anything is read; and by the bytes read, where none is announced."""
        limit: int = getattr(self.services.settings, route.limit) if route.limit else FORM_BYTES
        if call.length() > limit:
            call.drain()
            raise AdapterError(code_for(route, 413))
        if route.body and not route.judged and call.media_type() not in route.body:
            raise AdapterError(code_for(route, 415))
        call.limit = limit

    def _audited(self, call: Call, caller: callers.Caller, found: Answer) -> Answer:
        """Return the answer once its audit rows are on the disk. An answer that cannot be audited is not given."""
        if call.trail is None:
            return found
        services = self.services
        rows = audit.rows(
            call.trail, caller, status=found.status, org=self.org, at=services.clock(), new_id=services.new_id
        )
        try:
            services.store.append_audit(rows)
        except AdapterError as error:
            log.warning("audit.failed", code=error.code, request_id=call.request_id)
            return problems.answer(call, error)
        return found

    def finish(self, call: Call, found: Answer) -> Answer:
        """Add what every answer carries, count it, and write the one log line, by the route's template alone."""
        if problems.is_fhir(call.path()):
            found = _dressed(call, found)
        route = call.route
        headers = found.headers
        keep = route is not None and route.cached and found.status == OK
        headers.append(_MAY_KEEP if keep else _NO_STORE)
        headers += _SECURITY if found.has(_CSP) else _COMMON
        headers.append(("X-Request-Id", call.request_id))
        if call.traceparent is not None:
            headers.append(("traceparent", call.traceparent))
        self._told(call, found.status, _NOWHERE if route is None else route.path)
        return found

    def _told(self, call: Call, status: int, template: str) -> None:
        seconds = time.perf_counter() - call.started
        # Anybody may make up a method: it is no word for a log, nor a series of its own to count.
        method = call.method() if call.method() in _METHODS else _OTHER
        self.meter.count(template, method, status, seconds)
        fields = {} if call.traceparent is None else {"traceparent": call.traceparent}
        bound().info(
            "http.request",
            method=method,
            route=template,
            status=status,
            duration_ms=round(seconds * 1000, 1),
            request_id=call.request_id,
            **fields,
        )


def _known(route: Route, call: Call) -> None:
    """Refuse a parameter that the route does not have, and a value that is none of those it takes.

    A filter that is silently ignored, or that nothing can pass, answers another question.
    """
    params = call.params()
    if not params:
        return
    taken = {param.name: (param.schema or {}).get("enum") for param in route.params}
    if any(name not in taken for name, _ in params):
        raise AdapterError("IPK-E026", hint=", ".join(sorted(taken)) or "–")
    for name, value in params:
        values = taken[name]
        if "\0" in value:  # PostgreSQL takes none
            raise AdapterError("IPK-E026", at=name)
        if value and values is not None and value not in values:
            raise AdapterError("IPK-E026", at=name, hint=", ".join(values))


def _storable(names: Mapping[str, str]) -> None:
    """Refuse as not found a name of a path that nothing can have: PostgreSQL takes no NUL."""
    if any("\0" in name for name in names.values()):
        raise NotFound


def _dressed(call: Call, found: Answer) -> Answer:
    try:
        manners.dress(call, found)
    except Exception as error:  # noqa: BLE001 (nothing of it may reach the caller)
        _tell_failure(call, error)
        call.form = JSON
        found = problems.unexpected(call)
        manners.dress(call, found)
    return found


def _tell_failure(call: Call, error: Exception) -> None:
    route = _NOWHERE if call.route is None else call.route.path
    log.error("http.failed", exc_info=error, request_id=call.request_id, route=route)
