"""All that the helpdesk says in a chat, in Vietnamese, in one place so that it can be reviewed as text.

Web pages carry their own words in `bot/web/templates`. In sentences with blanks, what people typed is escaped first.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers.guard import ACCOUNT, CARD, CITIZEN, OTP, PIN

# --- words on buttons ---

HUMAN = "Gặp cán bộ"
MORE = "Xem thêm"
GOOD = "Được rồi"
BAD = "Chưa đúng"
NONE = "Không có câu nào đúng"
TOPICS = "Xem các chủ đề"
MINE = "Câu hỏi của tôi"
CANCEL = "Huỷ"
NEW_QUESTION = "Câu hỏi mới"
THIS_IS_NEW = "Đây là câu hỏi mới"
CLOSE = "Xong rồi, đóng phiếu"
REOPEN = "Chưa xong, mở lại phiếu"
WRITE_MORE = "Viết thêm vào phiếu"
ERASE = "Xoá dữ liệu của tôi"
ERASE_YES = "Đồng ý xoá hết"
ERASE_NO = "Không xoá"
PHOTO_SEND = "Không có, gửi ảnh đi"
PHOTO_DROP = "Có, bỏ ảnh này"
FILE_SEND = "Không có, gửi tệp đi"
FILE_DROP = "Có, bỏ tệp này"


def send_to(unit: str) -> str:
    return f"Gửi cho {unit}"


def add_to(ticket: int) -> str:
    return f"Thêm vào phiếu hỏi số {ticket}"


def ticket_label(ticket: int, first_words: str, state: str = "") -> str:
    told = f" ({STATES[state]})" if state else ""
    return f"Phiếu số {ticket}: {first_words}{told}"


# --- welcome and help ---

WELCOME = """**Chào anh/chị! Đây là trợ lý của tổ công nghệ số cộng đồng Lạng Sơn.**

Anh/chị cứ gõ câu hỏi như đang nói chuyện, có dấu hay không dấu đều được. Hoặc chọn một chủ đề dưới đây.

Trợ lý lưu câu hỏi để trả lời và để cán bộ hỗ trợ đọc khi cần. Đừng gửi mật khẩu, mã OTP hay số căn cước.
Muốn xoá những gì đã gửi, anh/chị gõ **xoá dữ liệu**."""

HELP = """Anh/chị làm được những việc này:

- Gõ câu hỏi, có dấu hay không dấu đều được.
- Gõ số đứng trước lựa chọn, ví dụ **1**.
- Gõ **chủ đề** để xem các câu hỏi hay gặp.
- Gõ **câu hỏi của tôi** để xem phiếu hỏi đã gửi.
- Gõ **gặp cán bộ** để hỏi người thật.
- Gõ **huỷ** để bỏ việc đang làm.
- Gõ **quyền riêng tư** để biết trợ lý lưu gì, **xoá dữ liệu** để xoá những gì đã gửi."""

PICK_TOPIC = "Anh/chị muốn xem chủ đề nào?"
MENU = "Anh/chị cần gì tiếp theo? Cứ gõ câu hỏi, hoặc chọn:"


def pick_question(topic: str) -> str:
    return f"**{escape(topic)}**\n\nAnh/chị chọn câu cần xem:"


# --- answers ---

NOT_SURE = "Trợ lý chưa chắc đã hiểu đúng."
DID_YOU_MEAN = "Có phải anh/chị muốn hỏi:"
OR_PERHAPS = "Vậy có phải anh/chị muốn hỏi một trong các câu này:"
SOLVED = "Cảm ơn anh/chị. Cần gì nữa anh/chị cứ hỏi."
OUTDATED = "**Lưu ý:** câu trả lời này đã quá hạn xem lại, có thể không còn đúng. Anh/chị nên hỏi lại cán bộ hỗ trợ."


def answer(question: str, markdown: str) -> str:
    return f"**{escape(question)}**\n\n{markdown}"


def also_asked(question: str) -> str:
    return f"Anh/chị cũng hỏi: **{escape(question)}** Bấm nút bên dưới để xem."


def urgent_first(question: str, first: str) -> str:
    return f"**Nếu việc đang xảy ra – {escape(question)}**\n\n{first}"


ALL_STEPS = "Xem đủ các bước"

# --- what differs by commune ---

MY_COMMUNE = "Xem theo xã của tôi"
NO_COMMUNE = "Không nói xã"
WHICH_COMMUNE = (
    "Thông tin này mỗi xã một khác. **Anh/chị ở xã, phường nào?** Anh/chị gõ tên, ví dụ: Kỳ Lừa. "
    "Trợ lý chỉ hỏi một lần."
)
COMMUNE_AS_NAMED = "Có nhiều nơi cùng tên. Anh/chị ở đâu?"
COMMUNE_UNKNOWN = "Trợ lý chưa có xã, phường này trong danh sách. Anh/chị bấm **Gặp cán bộ** để hỏi."


def commune_kept(name: str) -> str:
    return f"Trợ lý đã ghi: anh/chị ở **{escape(name)}**. Chỗ nào mỗi xã một khác thì trả lời theo nơi này."


COMMUNE_LEFT_OUT = "Vâng. Khi cần, anh/chị bấm **Xem theo xã của tôi** dưới câu trả lời."
_KINDS_OF_PLACE = {"xa": "Xã", "phuong": "Phường"}


def place(name: str, kind: str, old_names: Iterable[str]) -> str:
    """On a button, when several places share a name."""
    old = ", ".join(old_names)
    return f"{_KINDS_OF_PLACE[kind]} {name}" + (f" (trước là {old})" if old else "")


# --- reaching a person ---

NOT_KNOWN = "Xin lỗi anh/chị, trợ lý chưa có câu trả lời cho câu này."
REJECTED = "Xin lỗi vì câu trả lời chưa đúng ý anh/chị."
TELL_QUESTION = "Anh/chị viết câu hỏi vào một tin, càng rõ càng tốt. Trợ lý sẽ gửi tới cán bộ hỗ trợ."

_REASONS = {
    "provider": "vì câu hỏi có nhắc tới đơn vị này",
    "entry": "vì đơn vị này lo những câu giống câu anh/chị hỏi",
    "topic": "vì đơn vị này lo chủ đề anh/chị đang xem",
    "default": "vì đơn vị này là đầu mối chung của tỉnh",
}


def offer(unit: str, reason: str) -> str:
    return (
        f"Trợ lý có thể gửi câu hỏi cho cán bộ hỗ trợ của **{unit}**, {_REASONS.get(reason, _REASONS['default'])}. "
        "Anh/chị bấm để gửi, hoặc chọn đơn vị khác:"
    )


def opened(ticket: int, unit: str) -> str:
    return (
        f"**Đã gửi phiếu hỏi số {ticket}** tới {unit}. Cán bộ hỗ trợ trả lời ngay trong cuộc trò chuyện này. "
        "Anh/chị có thể viết thêm cho rõ, hoặc hỏi câu khác trong lúc chờ."
    )


def already_open(ticket: int) -> str:
    return f"Câu hỏi này đã có phiếu hỏi số {ticket}."


def followed(ticket: int) -> str:
    return f"Đã chuyển tin vào phiếu hỏi số {ticket}. Nếu đây là câu khác, anh/chị gõ **câu hỏi mới**."


WHICH_TICKET = "Tin này cho phiếu nào?"
NOTHING_TO_REASK = "Mời anh/chị gõ câu hỏi mới."
WRITE_NOW = "Mời anh/chị viết. Tin tiếp theo sẽ vào phiếu hỏi số {ticket}."
PHOTO_CHECK = (
    "Trước khi gửi cho cán bộ hỗ trợ: **Ảnh có căn cước hay mã không?** "
    "(giấy tờ, số thẻ, mã OTP, mật khẩu). Nếu có, xin đừng gửi, để không ai lợi dụng được."
)
FILE_CHECK = (
    "Trước khi gửi cho cán bộ hỗ trợ: **Trong tệp có căn cước hay mã không?** "
    "(giấy tờ, số thẻ, mã OTP, mật khẩu). Nếu có, xin đừng gửi, để không ai lợi dụng được."
)
FILE_DROPPED = "Đã bỏ tệp. Anh/chị cứ kể bằng lời."
FILE_SENT = "Đã gửi tệp cho cán bộ hỗ trợ."
FILE_KEPT = "Tệp được giữ lại, và chỉ gửi cho cán bộ hỗ trợ khi anh/chị đồng ý."
FILE_ALONE = "Trợ lý đã nhận tệp. Anh/chị muốn hỏi gì về tệp này?"
FILE_TOO_LARGE = "Tệp này lớn quá 20 MB nên trợ lý không nhận được. Anh/chị gửi tệp nhỏ hơn, hoặc kể bằng lời giúp nhé."
PHOTO_DROPPED = "Đã bỏ ảnh. Anh/chị cứ kể bằng lời, hoặc che chỗ có số rồi chụp lại."
PHOTO_SENT = "Đã gửi ảnh cho cán bộ hỗ trợ."
PHOTO_ALONE = "Trợ lý đã nhận ảnh. Anh/chị muốn hỏi gì về ảnh này?"
PHOTO_KEPT = "Ảnh được giữ lại, và chỉ gửi cho cán bộ hỗ trợ khi anh/chị đồng ý."


def mentor(name: str, unit: str) -> str:
    """Who speaks, above a mentor's words."""
    return f"Cán bộ hỗ trợ {name} ({unit})"


def taken(ticket: int, name: str, unit: str) -> str:
    return f"Cán bộ hỗ trợ {escape(name)} ({unit}) đã nhận phiếu hỏi số {ticket} của anh/chị."


def passed(ticket: int, unit: str) -> str:
    return f"Phiếu hỏi số {ticket} đã chuyển tới {unit} để trả lời đúng việc hơn."


def closed(ticket: int) -> str:
    return f"Phiếu hỏi số {ticket} đã đóng. Nếu chưa xong, anh/chị bấm nút dưới để mở lại."


def closed_by_time(ticket: int, days: int) -> str:
    return f"Đã {days} ngày không có tin mới nên phiếu hỏi số {ticket} được đóng. Nếu chưa xong, anh/chị bấm để mở lại."


def reopened(ticket: int) -> str:
    return f"Đã mở lại phiếu hỏi số {ticket}. Cán bộ hỗ trợ sẽ xem tiếp."


def reopened_by_mentor(ticket: int) -> str:
    return f"Cán bộ hỗ trợ đã mở lại phiếu hỏi số {ticket} để xem tiếp."


# --- own tickets ---

NO_TICKETS = "Anh/chị chưa gửi phiếu hỏi nào."
YOUR_TICKETS = "Các phiếu hỏi của anh/chị:"
STATES = {
    "OPEN": "đang chờ cán bộ nhận",
    "TAKEN": "cán bộ đang xem",
    "ANSWERED": "đã có trả lời",
    "CLOSED": "đã đóng",
}


def ticket(number: int, unit: str, state: str, lines: Iterable[tuple[str, str]]) -> str:
    told = "\n\n".join(f"**{who}:** {escape(text)}" for who, text in lines)
    return f"**Phiếu hỏi số {number}** ({unit}): {STATES[state]}.\n\n{told}".rstrip()


YOU = "Anh/chị"
SYSTEM = "Hệ thống"

# --- privacy, cancelling, erasing ---


def privacy(days: int) -> str:
    return (
        "**Trợ lý lưu gì của anh/chị?**\n\n"
        f"- Câu hỏi và phiếu hỏi: để trả lời, và để cán bộ hỗ trợ đọc khi cần. Sau {days} ngày thì xoá.\n"
        "- Ảnh và tệp: chỉ gửi cho cán bộ hỗ trợ khi anh/chị đồng ý.\n"
        "- Mật khẩu, mã OTP, số căn cước, số thẻ: được che trước khi lưu.\n"
        "- Trong nhóm: trợ lý chỉ lưu những câu mà trợ lý trả lời. Việc riêng thì trả lời ở đây, không ai khác đọc.\n\n"
        "Anh/chị muốn xoá lúc nào cũng được."
    )


CANCELLED = "Đã huỷ. Anh/chị cần gì cứ gõ câu hỏi."
CANCELLED_WITH_TICKETS = "Đã huỷ. Phiếu hỏi đã gửi vẫn còn; muốn đóng phiếu, anh/chị xem **câu hỏi của tôi**."
ERASE_ASK = (
    "**Xoá hết dữ liệu của anh/chị?** Trợ lý sẽ xoá các câu hỏi, phiếu hỏi và ảnh anh/chị đã gửi. "
    "Phiếu đang chờ sẽ đóng và không ai trả lời nữa. Xoá rồi không lấy lại được.\n\n"
    "Chữ và ảnh đã gửi tới máy cán bộ hỗ trợ cũng được gỡ. Điều cán bộ đã chép hay chụp lại thì trợ lý không gỡ được, "
    "tin thoại gửi trước đó quá 2 ngày cũng vậy."
)
ERASED = "Đã xoá hết dữ liệu của anh/chị. Lần sau anh/chị gõ câu hỏi là bắt đầu lại từ đầu."
ERASE_NOT = "Dữ liệu của anh/chị vẫn giữ nguyên."
ERASE_STAFF = "Anh/chị đang có tên trong danh sách cán bộ hỗ trợ hoặc quản trị. Xin báo quản trị để xoá."

# --- what can't be understood ---

EMPTY = "Trợ lý chưa đọc được loại tin này. Anh/chị gõ câu hỏi bằng chữ giúp nhé."
ONLY_SIGNS = "Trợ lý chưa đọc được tin này. Anh/chị gõ câu hỏi bằng chữ giúp nhé."
TOO_LONG = (
    "Tin của anh/chị dài quá, trợ lý không đọc hết được. Anh/chị viết gọn lại trong vài câu, hoặc bấm **Gặp cán bộ**."
)
TOO_FAST = (
    "Anh/chị gửi nhanh quá, trợ lý chưa trả lời kịp. Các tin vẫn được giữ. Xin chờ ít giây rồi hỏi gọn trong một tin."
)
NO_LIST = "Hiện không có danh sách nào để chọn số. Anh/chị gõ câu hỏi, hoặc chọn:"
NOT_IN_LIST = "Số này không có trong danh sách. Anh/chị chọn lại:"
GONE = "Nút này không còn dùng được nữa. Anh/chị gõ lại câu hỏi, hoặc chọn:"
NO_SUCH_COMMAND = "Trợ lý không có lệnh này. Anh/chị cứ gõ câu hỏi, gõ **trợ giúp**, hoặc chọn:"
GONE_ENTRY = "Câu trả lời này không còn trong kho hỏi đáp. Anh/chị gõ lại câu hỏi, hoặc chọn:"
FAILED = (
    "Xin lỗi anh/chị, trợ lý gặp trục trặc và chưa xử lý được tin vừa rồi. "
    "Anh/chị gửi lại giúp. Nếu vẫn không được, xin báo cán bộ hỗ trợ."
)

_KINDS = {
    OTP: "mã OTP",
    PIN: "mật khẩu hoặc mã PIN",
    CARD: "số thẻ ngân hàng",
    CITIZEN: "số căn cước",
    ACCOUNT: "số tài khoản",
}


def masked(kinds: Iterable[str]) -> str:
    named = ", ".join(_KINDS[kind] for kind in kinds)
    warning = (
        " Ai hỏi mã hay mật khẩu, kể cả người xưng là cán bộ, anh/chị cũng đừng đưa." if {OTP, PIN} & set(kinds) else ""
    )
    return (
        f"**Trợ lý đã che {named}** trong tin của anh/chị trước khi lưu, để không ai lấy được. "
        f"Anh/chị không cần gửi số này mới được giúp.{warning}"
    )


def masked_for_staff(kinds: Iterable[str]) -> str:
    named = ", ".join(_KINDS[kind] for kind in kinds)
    return f"**Hệ thống đã che {named}** trong tin của anh/chị. Xin đừng ghi hay hỏi những số này."


# --- for the desk, shown in a ticket ---

NOT_DELIVERED = "Tin trên chưa tới được thành viên."
UNREACHABLE = "Thành viên đã chặn trợ lý nên chưa nhận được tin. Tin sẽ gửi khi thành viên nhắn lại."
PERHAPS_DELIVERED = "Không rõ tin trên đã tới thành viên chưa. Xin hỏi lại nếu cần."
MEMBER_SAYS_NEW = "Thành viên báo tin trên là câu hỏi mới, không thuộc phiếu này."
PHOTO_POST = "(gửi ảnh)"
FILE_POST = "(gửi tệp)"
MEMBER_ERASED = "Thành viên đã xoá dữ liệu của mình."
WAITS_AGAIN = "Phiếu lại đang chờ người nhận."


# --- what staff read in their chats ---

TAKE, LAY_DOWN, PASS_ON, READY_ANSWER, END, OPEN_AGAIN = (
    "Nhận phiếu",
    "Trả lại",
    "Chuyển đơn vị",
    "Trả lời mẫu",
    "Đóng phiếu",
    "Mở lại",
)
CARD_STATES = {"OPEN": "Mới", "TAKEN": "Đang xem", "ANSWERED": "Đã trả lời", "CLOSED": "Đã đóng"}
INVITATION_SPENT = "Đường dẫn mời này đã dùng rồi hoặc đã hết hạn. Anh/chị xin quản trị gửi đường dẫn mới."
NOT_STAFF = "Nút này dành cho cán bộ hỗ trợ. Anh/chị cần gì cứ gõ câu hỏi."
NOT_YOUR_TICKET = "Phiếu này không thuộc đơn vị của anh/chị, hoặc không còn nữa."
CARD_ELSEWHERE = "Thẻ của phiếu này không để ở đây được. Anh/chị gõ /phieu trong chat riêng với trợ lý giúp nhé."
OWN_TICKET = "Phiếu này do chính anh/chị gửi nên để cán bộ hỗ trợ khác trả lời."
NOTHING_TO_SEND = "Tin này chưa có chữ để gửi. Anh/chị gõ câu trả lời rồi gửi lại."
REPLY_TO_CARD = (
    "Muốn trả lời thành viên, anh/chị bấm **Trả lời** vào thẻ phiếu rồi viết. Tin viết rời không gửi đi đâu cả."
)
READY_ANSWERS = (
    "Bấm một câu dưới đây để gửi câu trả lời ấy cho thành viên. "
    "Muốn tìm câu khác: trả lời vào tin này, gõ dấu ? rồi vài từ, ví dụ: ? phí rút tiền"
)
NO_READY_ANSWER = (
    "Chưa thấy câu nào gần giống. Anh/chị trả lời vào tin này, gõ dấu ? rồi vài từ để tìm, ví dụ: ? phí rút tiền"
)


def welcome_staff(role: str, name: str, unit: str) -> str:
    if role == "admin":
        return f"Chào anh/chị {escape(name)}. Từ nay anh/chị nhận báo cáo của quản trị ở đây."
    return (
        f"Chào anh/chị {escape(name)}. Từ nay anh/chị là cán bộ hỗ trợ của {unit}.\n\n"
        "- Phiếu hỏi mới tới đây thành thẻ. Bấm **Nhận phiếu** để giữ phiếu.\n"
        "- **Trả lời vào thẻ** (hoặc vào tin của thành viên) thì chữ ấy gửi tới thành viên.\n"
        "- Tin viết rời không gửi cho thành viên; trợ lý coi đó là câu hỏi của chính anh/chị.\n"
        "- Không bao giờ hỏi mã OTP, mật khẩu, ảnh giấy tờ."
    )


NOTHING_WAITS = "Anh/chị không giữ phiếu nào, và hiện không có phiếu hỏi nào đang chờ."


def at_hand(held: int, waiting: int) -> str:
    """Above a list of tickets: those of the mentor, then those that nobody has taken."""
    return f"Anh/chị đang giữ **{held}** phiếu, **{waiting}** phiếu đang chờ người nhận. Bấm để xem thẻ ở cuối chat."


def staff_label(number: int, state: str, about: str) -> str:
    return f"#{number} · {CARD_STATES[state]} · {about}"


def card(
    number: int,
    *,
    unit: str,
    state: str,
    keeper: str,
    topic: str,
    deadline: datetime | None,
    words: str,
    files: int,
    edited: bool,
) -> str:
    """A ticket as staff see it in a chat; no words where others read along."""
    held = f", {escape(keeper)} đang giữ" if keeper else ""
    lines = [f"**Phiếu {number}** · {unit}", f"{CARD_STATES[state]}{held}"]
    if topic:
        lines.append(f"Có lẽ về: {escape(topic)}")
    if deadline is not None:
        due = "Xong việc" if state == "ANSWERED" else "Trả lời"
        lines.append(f"{due} trước {deadline:%H:%M} ngày {deadline:%d/%m}")
    if files:
        lines.append(f"Kèm {files} tệp")
    told = "\n".join(lines)
    if not words:
        return told
    return f"{told}\n\n{'(đã sửa) ' if edited else ''}{escape(words)}"


def card_gone(number: int, unit: str) -> str:
    """On the cards of those who don't see to the ticket any more, because it was passed on or they are no mentors."""
    return f"**Phiếu {number}** không còn ở đây, nay do {unit} lo."


def gone_title(number: int) -> str:
    return f"#{number} · Đã chuyển"


def so_far(number: int, lines: Iterable[tuple[bool, str]]) -> str:
    """What was said in a ticket before somebody took it; each line with whether the member said it."""
    told = "\n\n".join(f"{'Thành viên' if is_member else 'Cán bộ'}: {escape(text)}" for is_member, text in lines)
    return f"**Phiếu {number}**, những gì đã trao đổi:\n\n{told}".removesuffix(":\n\n")


def member_said(number: int, words: str) -> str:
    told = escape(words) if words else "Thành viên viết thêm. Anh/chị xem trên bàn làm việc."
    return f"**Phiếu {number}**, thành viên:\n\n{told}"


def member_edited(number: int, words: str) -> str:
    told = escape(words) if words else "Anh/chị xem trên bàn làm việc."
    return f"**Phiếu {number}**, thành viên sửa lại tin:\n\n{told}"


def about_ticket(number: int, text: str) -> str:
    return f"**Phiếu {number}:** {text}"


def pass_where(number: int) -> str:
    return f"Chuyển phiếu {number} tới đơn vị nào?"


def held_by(number: int, name: str) -> str:
    return f"Phiếu {number} đang do {escape(name)} giữ."


def not_now(number: int, state: str) -> str:
    return f"Chưa làm được: phiếu {number} {STATES[state]}."


# --- in groups ---

GROUP_WELCOME = (
    "Chào bà con. Tôi là trợ lý của tổ công nghệ số cộng đồng. Muốn hỏi, bà con **trả lời vào tin của tôi** "
    "hoặc nhắc tên tôi trong câu hỏi. Việc riêng thì hỏi trong chat riêng."
)
GROUP_HELP = (
    "Muốn hỏi, anh/chị trả lời vào tin này, hoặc nhắc tên trợ lý trong câu hỏi. "
    "Việc riêng thì hỏi trong chat riêng. Xin đừng gửi mã OTP, mật khẩu, giấy tờ vào nhóm."
)
GROUP_NOT_ALLOWED = "Trợ lý chưa được phép ở trong nhóm này nên xin rời nhóm. Bà con vẫn hỏi được trong chat riêng."
ASK_IN_PRIVATE = "Anh/chị bấm nút dưới để hỏi riêng với trợ lý. Ở đó người trong nhóm không đọc được."
NO_FILES_IN_GROUPS = "Ảnh và tệp thì anh/chị gửi trong chat riêng giúp nhé, trong nhóm ai cũng xem được."
ASK_UNDER_OWN_NAME = (
    "Anh/chị đang viết dưới tên nhóm nên trợ lý không biết là ai. Việc này anh/chị hỏi lại trong chat riêng giúp nhé."
)
WRITE_UNDER_OWN_NAME = (
    "Anh/chị đang viết dưới tên nhóm nên trợ lý không biết là cán bộ nào, và chưa gửi gì đi. "
    "Anh/chị tắt “ẩn danh” trong quyền quản trị nhóm, hoặc trả lời trong chat riêng."
)
GO_PRIVATE = "Việc này anh/chị làm trong chat riêng giúp nhé."
WHOLE_IN_PRIVATE = "Xem đủ trong chat riêng"
HELPFUL_ON = (
    "Đã bật hữu ích: khi chắc chắn, trợ lý tự trả lời câu hỏi trong nhóm, thưa thôi, ban đêm thì im. "
    "Gõ lại /huuich để tắt."
)
HELPFUL_BLIND = (
    "Đã bật hữu ích, nhưng trợ lý chưa đọc được tin trong nhóm. "
    "Quản trị nhóm cho trợ lý làm quản trị viên thì mới dùng được."
)
HELPFUL_OFF = "Đã tắt hữu ích. Trợ lý chỉ trả lời khi được hỏi."
HELPFUL_ADMINS_ONLY = "Việc này chỉ quản trị nhóm làm được."
HELPFUL_IN_GROUPS = "Lệnh này chỉ dùng trong nhóm, và do quản trị nhóm gõ."
CODE_NOT_YOURS = "Mã này không phải của anh/chị, hoặc không còn nữa. Anh/chị gõ lại câu hỏi giúp nhé."


def answered_above(question: str) -> str:
    return f"**{escape(question)}**\n\nCâu này vừa được trả lời ở tin trên."


def ask_in_private(code: int) -> str:
    return f"Việc này trả lời riêng: anh/chị nhắn riêng cho trợ lý **mã {code}**, hoặc bấm nút dưới."


def asked_elsewhere(question: str) -> str:
    return f"Anh/chị đã hỏi: {escape(question)}"


def seen_in_group(kinds: Iterable[str]) -> str:
    """Secrets that everybody in the group can read; what is kept of the message has them masked."""
    named = ", ".join(_KINDS[kind] for kind in kinds)
    return f"**Tin của anh/chị có {named}.** Anh/chị xoá tin đó khỏi nhóm ngay giúp, kẻo người khác lợi dụng."


# --- the FAQ's state, for admins ---


def catalog_rejected(faults: Sequence[str], number: int) -> str:
    lines = "\n".join(f"- {escape(fault)}" for fault in faults)
    more = f"\n\nCòn {number - len(faults)} lỗi nữa, xem ở trang quản trị." if number > len(faults) else ""
    return f"**Kho hỏi đáp có lỗi.** Trợ lý vẫn trả lời theo bản tốt gần nhất.\n\n{lines}{more}"


CATALOG_MENDED = "Kho hỏi đáp đã hết lỗi. Trợ lý đang dùng bản mới."

# --- what chats say by themselves ---

TAKEN_AWAY = "(Tin này đã được gỡ.)"

NOT_YOUR_BUTTON = "Nút này dành cho người đã hỏi. Anh/chị cứ gõ câu hỏi của mình."
GONE_BUTTON = "Nút này cũ quá rồi. Anh/chị gõ lại câu hỏi giúp nhé."
IN_PRIVATE = "Hỏi tiếp trong chat riêng"
COMMANDS = (
    ("start", "Bắt đầu"),
    ("chude", "Xem các chủ đề"),
    ("cauhoi", "Câu hỏi của tôi"),
    ("mentor", "Gặp cán bộ hỗ trợ"),
    ("huy", "Bỏ việc đang làm"),
    ("trogiup", "Cách dùng trợ lý"),
    ("rieng", "Trợ lý lưu gì, và xoá dữ liệu của tôi"),
)
"""What the menu of a private chat lists, with what each does."""
GROUP_COMMANDS = (("trogiup", "Cách hỏi trợ lý trong nhóm"), ("rieng", "Hỏi riêng với trợ lý"))
GROUP_ADMIN_COMMANDS = (*GROUP_COMMANDS, ("huuich", "Bật, tắt việc trợ lý tự trả lời trong nhóm"))
STAFF_COMMANDS = (*COMMANDS, ("phieu", "Phiếu của tôi và phiếu đang chờ"))


def location(latitude: float, longitude: float, title: str = "") -> str:
    """A place that somebody sent, in words."""
    named = f"{title}, " if title else ""
    return f"Vị trí: {named}https://www.google.com/maps?q={latitude:.5f},{longitude:.5f}"


def contact(name: str, number: str) -> str:
    """A contact that somebody sent, in words."""
    return f"Danh bạ: {name}, {number}"


_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")


def escape(text: str) -> str:
    """The text as Markdown that shows just these characters, line by line."""
    return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", _MARKDOWN.sub(r"\\\1", text))


_LINK = re.compile(r"(?<!\\)\[([^\]]+)\]\(([^)\s]+)\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~&])")


def unmarked(markdown: str) -> str:
    """The text without the marks of the FAQ's Markdown, for where it is shown as characters."""

    def spelt(link: re.Match[str]) -> str:
        target = link[2].removeprefix("tel:").removeprefix("mailto:")
        return link[1] if link[1].replace(" ", "") in (target, link[2]) else f"{link[1]} ({target})"

    return _ESCAPED.sub(r"\1", _LINK.sub(spelt, markdown).replace("**", "").replace("\\\n", "\n"))


def first_words(text: str, limit: int = 48) -> str:
    """The beginning of a text on one line, cut at a word, for a button or a list."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit + 1].rsplit(" ", 1)[0][:limit].rstrip(",.;:") + "…"
