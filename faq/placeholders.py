"""The places in an answer that wait for a value of the province: {{NAME}} or {{NAME|sentence instead}}."""

import re
from collections.abc import Iterator, Mapping

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Z][A-Z0-9_]*)\s*(?:\|([^{}|]*))?\}\}")
_LIST_MARK = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\*\*)?(?=\s|$)")


def names(text: str) -> list[str]:
    """The names that a text waits for, in order."""
    return [found[1] for found in _PLACEHOLDER.finditer(text)]


def misshapen(text: str) -> Iterator[tuple[int, str]]:
    """Braces that are no placeholder: the number of their line, from 0, and the line."""
    for number, line in enumerate(text.split("\n")):
        rest = _PLACEHOLDER.sub("", line)
        if "{{" in rest or "}}" in rest:
            yield number, line.strip()


def fill(text: str, values: Mapping[str, str | None], standard: str) -> str:
    """Puts the values in; a sentence whose value is unset is replaced whole, by its own fallback or by `standard`."""
    return "\n".join(_fill_line(line, values, standard) if "{{" in line else line for line in text.split("\n"))


def _fill_line(line: str, values: Mapping[str, str | None], standard: str) -> str:
    mark = _LIST_MARK.match(line)
    start = mark.end() if mark else 0
    filled = ""
    said: set[str] = set()
    bold = False
    for sentence in _sentences(line[start:]):
        replaced = _fill_sentence(sentence, values, standard, bold=bold)
        bold ^= sentence.count("**") % 2 == 1
        # Two sentences that wait for values without a fallback of their own would say the same thing twice.
        if replaced != sentence and replaced.strip() == standard and standard in said:
            filled = filled.rstrip()
            continue
        said.add(replaced.strip())
        filled += replaced
    return line[:start] + filled


def _sentences(line: str) -> Iterator[str]:
    """The sentences of a line, each with the space behind it; what stands in braces never ends one."""
    shielded = _PLACEHOLDER.sub(lambda found: "_" * len(found[0]), line)
    start = 0
    for end in _SENTENCE_END.finditer(shielded):
        stop = end.end()
        while stop < len(line) and line[stop].isspace():
            stop += 1
        yield line[start:stop]
        start = stop
    if start < len(line):
        yield line[start:]


def _fill_sentence(sentence: str, values: Mapping[str, str | None], standard: str, *, bold: bool) -> str:
    found = list(_PLACEHOLDER.finditer(sentence))
    unset = [one for one in found if not values.get(one[1])]
    if not unset:
        return _PLACEHOLDER.sub(lambda one: _value(one, values[one[1]] or ""), sentence)
    fallback = next((one[2].strip() for one in unset if one[2] and one[2].strip()), standard)
    turns = sentence.count("**") % 2 == 1
    if bold or turns:
        fallback = fallback.replace("**", "")
    if turns:
        fallback = f"{fallback}**" if bold else f"**{fallback}"
    return fallback + sentence[len(sentence.rstrip()) :]


def _value(found: re.Match[str], text: str) -> str:
    """A value that ends with a full stop would put it before the sentence's own sign."""
    follows = found.string[found.end() : found.end() + 1]
    return text.rstrip(". ") if follows and follows in ".,;:!?)" else text
