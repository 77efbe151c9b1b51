"""The ASGI application: the REST API with its faults, and the control API."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from connector.sandbox.api.message import Call, Reply, fault_reply
from connector.sandbox.api.router import Api
from connector.sandbox.control.arguments import Arguments
from connector.sandbox.control.endpoints import control
from connector.sandbox.cutting import CutResponse
from connector.sandbox.engine.walk import catch_up
from connector.sandbox.errors import ApiFault, ControlFault
from connector.sandbox.faults import Fault
from connector.sandbox.wire.json_text import dump, load
from connector.sandbox.world import World

METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]
LOGIN_PAGE = "<!DOCTYPE html><html><body><form>Log in</form></body></html>"
WAITING_STATUSES = frozenset({429, 503})


def build_app(world: World) -> Starlette:
    """Build the application over a world."""
    api = Api(world)

    async def serve_api(request: Request) -> Response:
        catch_up(world)
        if world.switches.latency_ms:
            await asyncio.sleep(world.switches.latency_ms / 1000)
        try:
            call = await _call(request)
        except ClientDisconnect:  # hung up within the request: it never arrived, nobody listens
            return Response(status_code=400)
        return _finish(world, call, *_answer(api, call))

    async def serve_control(request: Request) -> Response:
        catch_up(world)
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


def _answer(api: Api, call: Call) -> tuple[Reply, bool]:
    """The answer, and whether the connection is to be cut instead of sending it."""
    retry_after = api.world.switches.retry_after()
    # Every order counts every request it matches, even one that an earlier order spoils.
    striking = [
        fault for fault in api.world.switches.fault if fault.strikes(call.method, call.path)
    ]
    if not striking:
        return api.answer(call), False
    fault = striking[0]
    if fault.before_commit:
        return _instead(fault, retry_after), False
    reply = api.answer(call)
    return _spoilt(fault, reply, retry_after), fault.kind == "timeout_after_commit"


def _instead(fault: Fault, retry_after: dict[str, str]) -> Reply:
    if fault.kind == "html_200":
        return Reply(status=200, text=LOGIN_PAGE, headers={"Content-Type": "text/html"})
    headers = retry_after if fault.status in WAITING_STATUSES else None
    return fault_reply(ApiFault(fault.status, "SERVER_ERROR", "Fault on order", headers))


def _spoilt(fault: Fault, reply: Reply, retry_after: dict[str, str]) -> Reply:
    if fault.kind == "truncated":
        return reply.with_body(reply.text[: len(reply.text) // 2])
    if fault.kind.startswith("bad_field:"):
        _, name, raw = fault.kind.split(":", 2)
        patched = _patched(load(reply.text), name, load(raw)) if reply.text else None
        return reply.with_body(dump(patched)) if reply.text else reply
    return _instead(fault, retry_after) if fault.kind.startswith("http_") else reply


def _patched(value: object, name: str, bad: object) -> object:
    if isinstance(value, list):
        return [_patched(row, name, bad) for row in value]
    if isinstance(value, dict):
        return {key: bad if key == name else inner for key, inner in value.items()}
    return value


def _finish(world: World, call: Call, reply: Reply, cut: bool) -> Response:  # noqa: FBT001 - one of two ways out, passed on as it came
    world.counters.request += 1
    world.requests.append(
        {
            "n": world.counters.request,
            "at": world.now().isoformat(),
            "method": call.method,
            "path": call.path,
            "query": call.query,
            "status": 0 if cut else reply.status,
            "auth": _auth_kind(call.authorization),
            "bytes": len(call.body),
        }
    )
    if cut:
        return CutResponse()
    headers = {**reply.headers, "Date": world.clock.http_date()}
    return Response(reply.text.encode(), status_code=reply.status, headers=headers)


def _auth_kind(header: str) -> str:
    if header.startswith("Basic "):
        return "basic"
    if "access_token=" in header:
        return "token"
    return "signature" if header else "none"


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
