"""Puts the calls behind their addresses and turns every refusal into a problem document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from outreach_app import __version__
from outreach_app.server.devices import Sessions
from outreach_app.server.engine import Database
from outreach_app.server.gate import Bell, Buckets, Gate, Meter
from outreach_app.server.identity import Identity
from outreach_app.server.refusal import Refusal
from outreach_app.server.routes import Calls, Doors
from outreach_app.server.settings import Settings
from outreach_app.server.shelf import Randomness, Shelf
from outreach_app.wire import paths, problems
from outreach_app.wire.problems import Forged, Malformed, Report

_log = structlog.get_logger("outreach.server")
_BY_STATUS = {404: "not-found", 405: "method-not-allowed"}


def create_app(
    settings: Settings,
    identity: Identity,
    database: Database,
    *,
    now: Callable[[], datetime],
    ticks: Callable[[], float],
    randomness: Randomness,
) -> tuple[ASGIApp, Bell]:
    """The whole server as one ASGI application over an open database, and the bell that ends its waiting."""
    meter = Meter()
    shelf = Shelf(database, randomness)
    bell = Bell(shelf.ends)
    doors = Doors(
        strangers=Buckets(settings.stranger_rate, ticks),
        devices=Buckets(settings.device_rate, ticks),
        teams=Buckets(settings.team_rate, ticks),
    )
    calls = Calls(
        settings=settings,
        version=__version__,
        identity=identity,
        shelf=shelf,
        sessions=Sessions(identity, shelf, randomness),
        doors=doors,
        bell=bell,
        meter=meter,
        now=now,
        ticks=ticks,
    )
    app = FastAPI(
        title="Outreach server",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    _add_routes(app, calls)
    _add_answers(app)
    return Gate(app, meter, ticks), bell


def _add_routes(app: FastAPI, calls: Calls) -> None:
    join = paths.JOIN.replace("{invite}", "{invite_id}")
    one_batch = paths.BATCH.replace("{batch}", "{batch_id}")
    for path, method, call in (
        (paths.SERVER, "GET", calls.server),
        (paths.TEAMS, "POST", calls.found),
        (paths.ROSTER, "GET", calls.roster),
        (paths.ROSTER, "POST", calls.extend),
        (paths.INVITES, "POST", calls.register_invite),
        (paths.JOINS, "POST", calls.join),
        (paths.JOINS, "GET", calls.joins),
        (join, "GET", calls.join_state),
        (paths.CHALLENGE, "POST", calls.challenge),
        (paths.RESPONSE, "POST", calls.respond),
        (one_batch, "PUT", calls.put_batch),
        (paths.BATCHES, "GET", calls.batches),
        (paths.HEAD, "GET", calls.head),
        (paths.SEEN, "PUT", calls.put_seen),
        (paths.SEEN, "GET", calls.all_seen),
        ("/healthz", "GET", calls.healthz),
        ("/readyz", "GET", calls.readyz),
        ("/metrics", "GET", calls.metrics),
    ):
        app.add_api_route(path, call, methods=[method], response_class=Response)


def _add_answers(app: FastAPI) -> None:
    """One place that knows which status an exception is."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, error: Refusal) -> Response:
        return _answer(error.report)

    @app.exception_handler(Malformed)
    async def malformed(_: Request, error: Malformed) -> Response:
        return _answer(problems.report("malformed", facts={"what": error.what}))

    @app.exception_handler(Forged)
    async def forged(_: Request, error: Forged) -> Response:
        return _answer(problems.report("signature-invalid", facts={"what": error.what}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, __: RequestValidationError) -> Response:
        return _answer(problems.report("malformed", facts={"what": "address"}))

    @app.exception_handler(HTTPException)
    async def no_such_call(_: Request, error: HTTPException) -> Response:
        return _answer(problems.report(_BY_STATUS.get(error.status_code, "malformed")))

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> Response:
        _log.error("bug", kind=type(error).__name__)
        return _answer(problems.report("internal"))


def _answer(report: Report) -> Response:
    headers: dict[str, str] = {}
    if report.retry_after is not None:
        headers["Retry-After"] = str(report.retry_after)
    if report.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if report.status in (408, 413):
        # The rest of the body is still on its way; this connection cannot carry another request.
        headers["Connection"] = "close"
    return Response(
        problems.encode_report(report), report.status, headers=headers, media_type=problems.MEDIA_TYPE
    )
