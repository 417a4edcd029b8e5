"""`python -m tests.botapi`: the server in a process of its own; the first line says where it listens."""

import argparse
import asyncio
import signal
import sys

from tests.botapi.server import Server
from tests.botapi.world import TOKEN, World


async def main() -> None:
    options = argparse.ArgumentParser(description="A Bot API server for tests; people act through /control/act.")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--token", default=TOKEN)
    options.add_argument("--username", default="xulang_bot")
    options.add_argument("--reads-all", action="store_true", help="privacy mode off")
    chosen = options.parse_args()
    world = World(token=chosen.token, username=chosen.username, reads_all=chosen.reads_all)
    async with Server(world, port=chosen.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
