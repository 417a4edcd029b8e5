"""The real helpdesk in a process that kills itself at one step of its work with the database.

`DIE_AT` names the step: the beginning of a statement, something among its parameters, and whether it dies just
`before` the statement or just `after` the commit of its transaction. It is armed once the file `DIE_ARMED` exists.
Nothing of the helpdesk is changed: SQLAlchemy tells what it is about to do.
"""

import os
import signal
from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from bot.cli import main


def mortal(statement_begins: str, parameters_hold: str, when: str, armed: Path) -> None:
    doomed: set[int] = set()
    committed: list[int] = []

    def die() -> None:
        armed.unlink()  # it dies once
        os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection: Connection, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        del cursor, rest
        if committed:
            die()
        if statement.startswith(statement_begins) and parameters_hold in repr(parameters) and armed.exists():
            if when == "before":
                die()
            doomed.add(id(connection))

    @event.listens_for(Engine, "commit")
    def commit(connection: Connection) -> None:
        # The event comes before the commit itself; whatever is done next comes after it.
        if id(connection) in doomed:
            committed.append(1)


if __name__ == "__main__":
    if "DIE_AT" in os.environ:
        begins, holds, when = os.environ["DIE_AT"].split("|")
        mortal(begins, holds, when, Path(os.environ["DIE_ARMED"]))
    main()
