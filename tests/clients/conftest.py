"""One live server for the stories of all clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.live import Live


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, prepared_file: Path) -> Iterator[Live]:
    """Let a server run that knows some people and their plans."""
    found = Live(tmp_path_factory.mktemp("live"), prepared_file)
    try:
        found.start()
        yield found
    finally:
        found.server.kill()
