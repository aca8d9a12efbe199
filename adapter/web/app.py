"""The app factory: Flask with one blueprint per subject, made of the table of routes; every error in one place.

The few hot routes are matched before Flask is asked: its router and contexts cost more than the read itself
(performance.md). They pass the same desk, so that nothing differs but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound

from adapter.services import Services
from adapter.web.answers import BODILESS, LINES, Answer
from adapter.web.call import Route
from adapter.web.desk import Alive, Desk
from adapter.web.routes import TABLE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_READING: Final = frozenset({"GET", "HEAD"})
_FHIR: Final = "/fhir/"
_INTERACTIONS: Final = frozenset("_$")
"""What no id begins with: `_history`, `$everything`. R4 http.html#operations."""


class App(Flask):
    """Flask, with a shorter way in for the hot routes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("adapter.web", static_folder=None, template_folder=None)
        self.desk = desk
        self.url_map.merge_slashes = False
        routes = {(route.method, route.path): route for rows in TABLE.values() for route in rows}
        self._read = routes["GET", "/fhir/{type_}/{id_}"]
        self._search = routes["GET", "/fhir/{type_}"]
        self._post = routes["POST", "/events"]

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request: a hot one at once, any other as Flask does."""
        try:
            path = environ.get("PATH_INFO", "")
            if path.startswith("//"):  # Flask takes one slash for many: a second address for everything
                raise NotFound  # noqa: TRY301 (answered below, as all else that fails)
            hot = self._hot(environ["REQUEST_METHOD"], path)
            if hot is None:
                return super().wsgi_app(environ, start_response)
            found = self.desk.serve(hot[0], environ, hot[1])
        except Exception as error:  # noqa: BLE001 (what no handler of Flask's sees, and nothing of it may reach the caller)
            found = self.desk.failed(environ, error)
        head = environ["REQUEST_METHOD"] == "HEAD"
        if found.status not in BODILESS:
            found.headers.append(("Content-Length", str(len(found.body))))
        start_response(LINES[found.status], found.headers)
        return () if head or found.status in BODILESS else (found.body,)

    def _hot(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        if method in _READING and path.startswith(_FHIR) and path != "/fhir/metadata":
            type_, slash, id_ = path[6:].partition("/")
            if path.rpartition("/")[2][:1] in _INTERACTIONS:
                return None
            if type_ and not slash:
                return self._search, {"type_": type_}
            if type_ and id_ and "/" not in id_ and not id_.startswith("$"):
                return self._read, {"type_": type_, "id_": id_}
        elif method == "POST" and path == "/events":
            return self._post, {}
        return None


def create_app(services: Services, *, alive: Alive | None = None) -> Flask:
    """Return the WSGI app. `alive` tells which loops of this process run, for /health/ready."""
    app = App(Desk(services, alive))
    for subject, routes in TABLE.items():
        app.register_blueprint(_blueprint(app.desk, subject, routes))

    def fault(error: Exception) -> Response:
        return _response(app.desk.failed(request.environ, error))

    app.register_error_handler(Exception, fault)
    return app


def _blueprint(desk: Desk, subject: str, routes: tuple[Route, ...]) -> Blueprint:
    found = Blueprint(subject, "adapter.web")
    for number, route in enumerate(routes):
        found.add_url_rule(
            route.path.replace("{", "<").replace("}", ">"),
            endpoint=f"{route.view.__name__}-{number}",
            view_func=_view(desk, route),
            methods=[route.method],
            provide_automatic_options=False,
        )
    return found


def _view(desk: Desk, route: Route) -> Callable[..., Response]:
    def view(**names: Any) -> Response:
        return _response(desk.serve(route, request.environ, names))

    return view


def _response(found: Answer) -> Response:
    made = Response(found.body, found.status, found.headers)
    if found.status in BODILESS:
        made.headers.pop("Content-Type", None)
    return made
