"""What the pages are given to work with."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from starlette.requests import Request
from starlette.routing import Route

from bot.bell import Bell
from bot.checks import Checks
from bot.config import Settings
from bot.files import FileStore
from bot.intake import Intake
from bot.library import Library
from bot.statistics import Statistics
from bot.telegram.contact import Contact
from handlers.helpdesk import Helpdesk
from handlers.turn import Desk
from storage import Database


@dataclass(slots=True)
class WebContext:
    database: Database
    intake: Intake
    bell: Bell
    helpdesk: Helpdesk
    desk: Desk
    settings: Settings
    attachments: FileStore
    clock: Callable[[], datetime]
    secret: str
    """What cookies are signed with."""
    library: Library | None = None
    """The FAQ's files; without them `desk` knows all there is, and nothing of it is edited."""
    demo: bool = False
    """True for a trial with made-up people; every page says so."""
    statistics: Statistics = field(default_factory=Statistics)
    checks: Checks = field(default_factory=Checks)
    hooks: tuple[Route, ...] = ()
    """Where platforms bring what people write."""
    telegram: Contact | None = None
    """When Telegram last answered, where it is in use."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the service stops: open event streams end then."""

    @property
    def is_https(self) -> bool:
        """True if browsers reach us encrypted, so that cookies may insist on it."""
        return (self.settings.web.public_url or "").startswith("https:")


def of(request: Request) -> WebContext:
    """The context of the application that the request came to."""
    return cast("WebContext", request.app.state.ctx)
