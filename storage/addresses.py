"""Where one writes and who wrote: the two things that are easily taken for one another."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """A place that can be written to: a private chat, a group, a topic in a group."""

    channel: str
    chat: str
    thread: str = ""
    """Empty where the channel has no threads, and in a group's main thread."""

    @property
    def lane(self) -> str:
        """What keeps its order: everything in and out of one chat; different lanes run side by side."""
        return f"{self.channel}:{self.chat}"


@dataclass(frozen=True, slots=True)
class Identity:
    """One account of somebody on one channel; a person may have several."""

    channel: str
    user: str
