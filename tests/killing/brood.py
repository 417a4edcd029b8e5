"""One life of the real helpdesk after the other, each a child of a process that has imported everything once.

Each line read asks for a birth; the child's process id is written at once, and how it ended when it did.
"""

import os
import sys

from bot.cli import main


def live() -> None:
    sys.argv = ["helpdesk", "run"]
    os.close(0)
    os.dup2(2, 1)
    main()


if __name__ == "__main__":
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            live()
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
