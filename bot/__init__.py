"""The running service: configuration, channels, pages, sending; all that touches the outside."""
