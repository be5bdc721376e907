"""What journeys in a real browser share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from visits import DESKTOP, Visit


@pytest.fixture
def visit(browser: Browser, live_server: str) -> Iterator[Callable[..., Visit]]:
    """Makes visits; each option is one of Playwright's for a context."""
    with ExitStack() as open_contexts:

        def start(**options: Any) -> Visit:
            context = browser.new_context(**{**DESKTOP, **options})
            open_contexts.callback(context.close)
            return Visit(context, live_server)

        yield start
