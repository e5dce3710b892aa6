"""Flask with measured per-request overhead removed: cached routing, one read of the body, no session, headers added
at the end."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.routing import MapAdapter

from service.http import observing, security
from service.http.context import reading

MULTIPART = "multipart/form-data"
REMEMBERED = 1000  # paths
FORM = 64 * 1000  # bytes of a form, where its view does not say otherwise: whoever signs in sends one, too
Start = Callable[..., Any]


class Nowhere(io.RawIOBase):
    """Where a file goes that is not kept."""

    def write(self, data: Any) -> int:
        return len(data)

    def seek(self, *where: int) -> int:
        return 0


class BufferedRequest(Request):
    """A request whose body is read in one call where its length is declared and within the limit."""

    most_of_form = FORM  # bytes; more for whoever has signed in, by the view
    most_of_files: int | None = None  # bytes of a form with files, which are read and not kept; None where they are

    def _get_file_stream(self, *about: Any, **told: Any) -> Any:
        return super()._get_file_stream(*about, **told) if self.most_of_files is None else Nowhere()

    def get_data(self, *args: Any, **told: Any) -> Any:
        if "_cached_data" in self.__dict__:
            return super().get_data(*args, **told)
        length, most = self.content_length, self.max_content_length
        with reading():
            if args or told or length is None or most is None or length > most:
                return super().get_data(*args, **told)
            data: bytes = self.environ["wsgi.input"].read(length)
        if len(data) < length:
            raise ClientDisconnected
        self._cached_data = data
        return data

    def _load_form_data(self) -> None:
        """Read a form like any other body: in a place of its own, for whoever sends it may fall silent half way."""
        if "form" not in self.__dict__ and self.most_of_files is not None and self.mimetype == MULTIPART:
            self.max_content_length = min(self.most_of_files, self.max_content_length or self.most_of_files)
            self.max_form_memory_size = self.most_of_form
            with reading():
                return super()._load_form_data()
        if "form" not in self.__dict__:
            most = self.most_of_form
            self.max_content_length = self.max_form_memory_size = min(most, self.max_content_length or most)
            data = self.get_data()
            if self.content_length is None and len(data) >= self.max_content_length:
                raise RequestEntityTooLarge  # of a length that nobody told: it was cut there
        return super()._load_form_data()


class CachedAdapter(MapAdapter):
    """A URL adapter that caches the route of a path: most requests go to a few paths."""

    led: Callable[[str, str], Any]

    def match(self, *args: Any, **told: Any) -> Any:
        if args or told != {"return_rule": True}:
            return super().match(*args, **told)
        try:
            rule, values = self.led(self.path_info, self.default_method)
        except HTTPException:  # it may say where to go instead, in full
            return super().match(return_rule=True)
        return rule, {**values}


class NoSession(SessionInterface):
    """No sessions: the API is stateless."""

    nothing = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self.nothing


class Application(Flask):
    """The Flask application with headers added in WSGI."""

    request_class = BufferedRequest
    session_interface = NoSession()

    def wsgi_app(self, environ: Any, start_response: Start) -> Any:
        """Adds headers here: Werkzeug's header collection costs ten times as much for each header."""
        request_id = environ[observing.REQUEST_ID] = observing.request_id(environ.get("HTTP_X_REQUEST_ID", ""))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if not any(name == "Cache-Control" for name, _ in headers):
                headers.append(("Cache-Control", "no-store"))
            if "HTTP_ACCEPT_ENCODING" not in environ:  # whoever asked is told by what compresses
                headers.append(("Vary", "Accept-Encoding"))
            headers.append(("X-Request-ID", request_id))
            return start_response(status, headers + environ.get(security.OWN, security.HEADERS), exc_info)

        return super().wsgi_app(environ, start)

    # Flask looks for hooks of each blueprint, and sends signals: we have neither.

    def refuse_hooks(self) -> None:
        """RuntimeError where hooks are registered that would be passed over in silence."""
        each: tuple[Any, ...] = self.before_request_funcs, self.after_request_funcs
        found = [act for hooks in each for name, some in hooks.items() if name is not None for act in some]
        rest: tuple[Any, ...] = self.teardown_request_funcs, self.url_value_preprocessors
        found += [act for hooks in rest for some in hooks.values() for act in some]
        if found := [*found, *self.teardown_appcontext_funcs]:
            names = ", ".join(f"{act.__module__}.{act.__qualname__}" for act in found)
            raise RuntimeError(f"not called here, as no blueprint's hook and nothing at a request's end is: {names}")

    def preprocess_request(self) -> Any:
        for act in self.before_request_funcs[None]:
            if (answer := act()) is not None:
                return answer
        return None

    def process_response(self, response: Response) -> Response:
        for act in reversed(self.after_request_funcs[None]):
            response = act(response)
        return response

    def do_teardown_request(self, exc: object = None) -> None:
        """Nothing is torn down."""

    do_teardown_appcontext = do_teardown_request

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Routes by path alone: no view depends on the host, which is slow to derive."""
        if request is None:
            return super().create_url_adapter(None)
        where = request.environ.get("HTTP_HOST", ""), request.root_path, ""
        found = CachedAdapter(self.url_map, *where, request.scheme, request.path, request.method)
        found.led = self._led
        return found

    @cached_property
    def _led(self) -> Callable[[str, str], Any]:
        bare = MapAdapter(self.url_map, "", "/", "", "http", "/", "GET")
        return lru_cache(REMEMBERED)(lambda path, method: bare.match(path, method, return_rule=True))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func  # none is a coroutine
