"""What can go wrong with what is kept, by what the caller can do about it."""


class StorageError(Exception):
    """The base of all errors of this package."""


class UnusableDatabase(StorageError):
    """The database can't be opened as configured; the operator must change something."""


class UnknownRow(StorageError):
    """Something was asked for by an id that is not (or no longer) there."""
