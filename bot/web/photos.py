"""Takes photos from a browser, and shows them and what else people sent to those who may see it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot.files import LARGEST, MEDIA, UNKNOWN, FileStore, TooLarge
from bot.web.uploads import limited
from storage.attachments import Attachment
from storage.tables import AttachmentState

FIELD = "anh"
_AROUND = 4096  # bytes that a form adds to the photo in it


async def uploaded(request: Request) -> bytes | None:
    """The photo in an upload form, None if there is none; raises `TooLarge` before more than that was taken in."""
    try:
        async with limited(request, LARGEST + _AROUND, TooLarge).form(max_files=1, max_fields=2) as form:
            file = form.get(FIELD)
            if file is None or isinstance(file, str):
                return None
            content = await file.read(LARGEST + 1)
    except HTTPException:  # not a form, or one that breaks off
        return None
    if len(content) > LARGEST:
        raise TooLarge
    return content


def shown(store: FileStore, attachment: Attachment) -> Response | None:
    """A file as a response that can do nothing but be looked at or kept; None if its bytes are not there."""
    if attachment.state is not AttachmentState.STORED:
        return None
    path = store.path(attachment.sha256)
    if not path.is_file():
        return None
    is_played = attachment.type.partition("/")[0] in ("image", "audio", "video") and attachment.type in MEDIA
    ending = MEDIA.get(attachment.type, "bin")
    return FileResponse(
        path,
        media_type=attachment.type if is_played else UNKNOWN,
        filename=f"{'anh' if attachment.type.startswith('image/') else 'tep'}-{attachment.id}.{ending}",
        content_disposition_type="inline" if is_played else "attachment",
        headers={
            "Cache-Control": "private, max-age=86400",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
