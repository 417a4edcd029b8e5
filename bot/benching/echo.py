"""The bare bot that the service is timed beside: says back what was said, as python-telegram-bot's users write it."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def _echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    del context
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


def main() -> None:
    token, base_url = sys.argv[1:]
    application = Application.builder().token(token).base_url(f"{base_url}/bot").concurrent_updates(True).build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, _echo))
    application.run_polling()


if __name__ == "__main__":
    main()
