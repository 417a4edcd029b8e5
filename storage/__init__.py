"""What outlives us: people, conversations, questions, tickets, and what came in and goes out."""

from storage.addresses import Address, Identity
from storage.database import Database, Session
from storage.errors import StorageError, UnknownRow, UnusableDatabase

__all__ = ["Address", "Database", "Identity", "Session", "StorageError", "UnknownRow", "UnusableDatabase"]
