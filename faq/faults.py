"""What is wrong in the FAQ files: where, what, and how to mend it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    """From 1; 0 where the file or the folder as a whole is meant."""
    what: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class CatalogFaults(Exception):
    """The files cannot be used as they are; `faults` are all that was found, not only the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class UnusableFolder(CatalogFaults):
    """There is nothing to read: no folder, or no topic in it."""
