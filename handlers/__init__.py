"""What the helpdesk says and decides: events in, replies out; nothing is sent from here."""
