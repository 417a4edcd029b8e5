"""What goes wrong on demand: for one method and chat, so many times."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "reset_before",  # the connection breaks; nothing was done
    "reset_after",  # it was done, and the connection breaks before the answer
    "timeout_before",
    "timeout_after",
    "slow",
    "garbage",  # it was done; the answer is no JSON
    "401",
    "403",
    "404",
    "409",
    "429",
    "500",
    "502",
    "502_after",  # it was done, and a proxy says that it was not
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(slots=True)
class Fault:
    kind: Kind
    method: str = ""
    """Empty for any."""
    chat: int | None = None
    """None for any."""
    times: int = 1
    seconds: float = 1.0
    """How slow, or for 429 how long to wait."""
    skip: int = 0
    """How many requests that fit pass unharmed before."""


@dataclass(slots=True)
class Faults:
    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(fault.kind)
        self.waiting.append(fault)

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that this request meets, if any."""
        for fault in self.waiting:
            if fault.method.lower() not in ("", method.lower()) or fault.chat not in (None, chat):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None
