"""The small Markdown of answers as chats want it: Telegram's HTML, or plain text with everything in words."""

from collections.abc import Sequence
from html import escape

from markdown_it.token import Token

from bot.web.markdown import parse

_MARKS = {"strong": "b", "em": "i"}


def telegram(markdown: str) -> str:
    """In the tags that Telegram knows; it has none for paragraphs, lists and telephone numbers."""
    return _blocks(parse(markdown), is_html=True)


def plain(markdown: str) -> str:
    """Without any marks, for chats that show text as it is."""
    return _blocks(parse(markdown), is_html=False)


def utf16(text: str) -> int:
    """The length as Telegram and Zalo count: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def _blocks(tokens: Sequence[Token], *, is_html: bool) -> str:
    lines: list[str] = []
    numbers: list[int | None] = []
    mark = ""
    for token in tokens:
        match token.type:
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
                if not numbers:
                    lines.append("")
            case "list_item_open":
                number = numbers[-1]
                mark = "• " if number is None else f"{number}. "
                numbers[-1] = None if number is None else number + 1
            case "inline":
                indent = "   " * (len(numbers) - 1)
                text = _inline(token.children or (), is_html=is_html)
                lines.append(indent + mark + text)
                mark = ""
            case "paragraph_close" if not numbers:
                lines.append("")
            case _:
                pass
    return "\n".join(lines).strip()


def _inline(tokens: Sequence[Token], *, is_html: bool) -> str:
    pieces: list[str] = []
    link: tuple[str, int] = ("", 0)
    for token in tokens:
        name, _, side = token.type.rpartition("_")
        match token.type:
            case "text":
                pieces.append(escape(token.content, quote=False) if is_html else token.content)
            case "softbreak" | "hardbreak":
                pieces.append("\n")
            case "link_open":
                link = str(token.attrGet("href")), len(pieces)
                if is_html and link[0].startswith("http"):
                    pieces.append(f'<a href="{escape(link[0])}">')
            case "link_close" if is_html and link[0].startswith("http"):
                pieces.append("</a>")
            case "link_close":
                shown, target = "".join(pieces[link[1] :]), link[0].removeprefix("tel:").removeprefix("mailto:")
                if shown.replace(" ", "") not in (target, link[0]):
                    pieces.append(f" ({target})")
            case _ if is_html and name in _MARKS:
                pieces.append(f"<{'/' if side == 'close' else ''}{_MARKS[name]}>")
            case _:
                pass
    return "".join(pieces)
