"""A Bot API server as strict as Telegram's, with people who write to its bot, for tests and measurements."""
