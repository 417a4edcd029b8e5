"""Turns the small Markdown of answers and mentors' words into HTML that is safe to show.

Only paragraphs, bold, emphasis, lists and links exist; everything else, HTML above all, shows as the characters it is.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]…]")
_SCHEMES = re.compile(r"^(https?|mailto|tel):", re.IGNORECASE)


def to_html(markdown: str) -> str:
    return str(_parser.render(markdown)).strip()


def parse(markdown: str) -> Sequence[Token]:
    """Its parts, for what shows them otherwise than as a page."""
    return _parser.parse(markdown)


def _link_addresses(state: StateCore) -> None:
    """Makes links of addresses that stand in the text, as mentors paste them."""
    for block in state.tokens:
        inside = 0
        linked: list[Token] = []
        for token in block.children or ():
            inside += token.nesting if token.type in ("link_open", "link_close") else 0
            linked += _split(token) if token.type == "text" and not inside else [token]
        if block.children is not None:
            block.children = linked


def _split(text: Token) -> list[Token]:
    pieces: list[Token] = []
    end = 0
    for found in _ADDRESS.finditer(text.content):
        pieces += [
            _text(text.content[end : found.start()]),
            Token("link_open", "a", 1, attrs={"href": found[0]}),
            _text(found[0]),
            Token("link_close", "a", -1),
        ]
        end = found.end()
    return [*pieces, _text(text.content[end:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _open_link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Mapping[str, Any]
) -> str:
    """A link leaves the conversation open, and tells the other site nothing of it."""
    del env
    if str(tokens[index].attrGet("href")).lower().startswith("http"):
        tokens[index].attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
    return renderer.renderToken(tokens, index, options, {})


def _made() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(["emphasis", "escape", "entity", "link", "list", "newline"])
    parser.enable(["balance_pairs", "fragments_join", "text_join"])
    parser.validateLink = lambda url: bool(_SCHEMES.match(url.strip()))  # type: ignore[method-assign]  # its way to say so
    parser.core.ruler.push("addresses", _link_addresses)
    parser.add_render_rule("link_open", _open_link)
    return parser


_parser = _made()
