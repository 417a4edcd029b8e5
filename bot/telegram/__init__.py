"""Telegram: its updates become events, and replies become its messages."""
