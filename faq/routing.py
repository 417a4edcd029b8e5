"""Finds the unit that a question goes to: the provider it names, or the one that looks after its entry."""

from collections.abc import Sequence

PROVIDERS = {
    "buu-dien": ("buu dien", "vnpost", "buu cuc", "buu ta", "postmart"),
    "vnpt": ("vnpt", "vinaphone", "vina", "vien thong"),
    "viettel": ("viettel", "vietel", "vittel", "viettelpay", "viet teo", "vo so"),
}
"""What each provider is called, without diacritics."""


def named(folded: Sequence[str]) -> tuple[str, ...]:
    """The providers that a text names, in the order in which it does."""
    text = f" {' '.join(folded)} "
    found = {
        unit: min(at for at in (text.find(f" {name} ") for name in names) if at >= 0)
        for unit, names in PROVIDERS.items()
        if any(f" {name} " in text for name in names)
    }
    return tuple(sorted(found, key=lambda unit: found[unit]))
