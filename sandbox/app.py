"""All doors of the sandbox in one Starlette app."""

import contextlib

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from . import control
from .commerce import pictures
from .graph.endpoint import graph
from .local_meta import LocalMeta
from .pages import dialog, happenings, home, log, moderator, moderator_products, phone, shop, signup, weather
from .pages.render import STATIC
from .security import SafeAnswers
from .settings import Settings


class Sandbox(Starlette):
    async def __call__(self, scope, receive, send) -> None:
        # The way to the connection itself, for the weather that tears it down. Uvicorn's; tests without it have none.
        scope["sandbox.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> Starlette:
    meta = LocalMeta(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app):
        async with meta.running():
            yield

    routes = [
        *home.routes,
        *happenings.routes,
        *dialog.routes,
        *signup.routes,
        *phone.routes,
        *shop.routes,
        *log.routes,
        *weather.routes,
        *moderator.routes,
        *moderator_products.routes,
        *control.routes,
        *pictures.routes,
        *(Route(path, _with_slash) for path in ("/phone", "/log", "/weather", "/moderator", "/products")),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/{path:path}", graph, methods=["GET", "POST", "DELETE"]),
    ]
    app = Sandbox(routes=routes, lifespan=lifespan, middleware=[Middleware(SafeAnswers)])
    app.state.meta = meta
    return app


async def _with_slash(request):
    return RedirectResponse(request.url.path + "/")
