"""What can go wrong with what is kept, by what the caller can do about it."""


class StorageError(Exception):
    """The base of all errors of this package."""


class UnusableDatabase(StorageError):  # noqa: N818 - the name is the statement
    """The database can't be opened as configured; the operator must change something."""


class UnknownRow(StorageError):  # noqa: N818
    """Something was asked for by an id that is not (or no longer) there."""
