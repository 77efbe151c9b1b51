"""The ASGI application: the REST API with its faults, and the control API."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from connector.sandbox.api.message import Call
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.endpoints import control
from connector.sandbox.cutting import CutResponse, ResetResponse, SlowResponse
from connector.sandbox.errors import ControlFault
from connector.sandbox.front import End, Front, Outcome
from connector.sandbox.wire.json_text import load
from connector.sandbox.world import World

METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]


def build_app(world: World) -> Starlette:
    """Build the application over a world."""
    front = Front(world)

    async def serve_api(request: Request) -> Response:
        if world.switches.latency_ms:
            await asyncio.sleep(world.switches.latency_ms / 1000)
        try:
            call = await _call(request)
        except ClientDisconnect:  # hung up within the request: it never arrived, nobody listens
            return Response(status_code=400)
        return _sent(world, front.answer(call))

    async def serve_control(request: Request) -> Response:
        front.catch_up()
        path = request.path_params.get("path", "")
        try:
            status, value = control(world, request.method, path, await _arguments(request))
        except ControlFault as fault:
            status, value = fault.status, {"error": str(fault)}
        text = value if isinstance(value, str) else json.dumps(value, default=str)
        kind = "text/csv" if isinstance(value, str) else "application/json"
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Date": world.clock.http_date()}
        return Response(text, status_code=status, headers=headers)

    return Starlette(
        routes=[
            Route("/api/{path:path}", serve_api, methods=METHODS),
            Route("/control", serve_control, methods=METHODS),
            Route("/control/{path:path}", serve_control, methods=METHODS),
        ]
    )


def _sent(world: World, outcome: Outcome) -> Response:
    if outcome.cut:
        return CutResponse(outcome.wait_seconds)
    reply = outcome.reply
    headers = {**reply.headers, "Date": world.clock.http_date()}
    kind = ResetResponse if outcome.end is End.RESET else Response
    if outcome.spread_seconds:
        slow = SlowResponse(reply.text.encode(), status_code=reply.status, headers=headers)
        slow.seconds = outcome.spread_seconds
        return slow
    return kind(reply.text.encode(), status_code=reply.status, headers=headers)


async def _call(request: Request) -> Call:
    return Call(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        authorization=request.headers.get("authorization", ""),
        user_agent=request.headers.get("user-agent", ""),
        address=request.client.host if request.client else "",
        content_type=request.headers.get("content-type", ""),
        body=await request.body(),
    )


async def _arguments(request: Request) -> Arguments:
    body = await request.body()
    if not body.strip():
        return Arguments(values=dict(request.query_params))
    try:
        values = load(body)
    except ValueError as error:
        raise ControlFault("the body is not JSON") from error
    if not isinstance(values, dict):
        raise ControlFault("the body must be a JSON object")
    return Arguments(values=values)
