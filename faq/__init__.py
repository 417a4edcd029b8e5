"""What the helpdesk knows, and which of it a question means."""
