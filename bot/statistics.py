"""What is counted of the running service, for `/metrics`; numbers only, never what somebody wrote."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


class Statistics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.handled = Counter("helpdesk_events_handled", "Events handled", ["kind"], registry=self.registry)
        self.failed = Counter("helpdesk_events_failed", "Attempts that failed", ["channel"], registry=self.registry)
        self.set_aside = Counter("helpdesk_events_set_aside", "Events that kept failing", registry=self.registry)
        self.handling = Histogram("helpdesk_handling_seconds", "From thinking to commit", registry=self.registry)
        self.verdicts = Counter("helpdesk_verdicts", "What was found of texts", ["verdict"], registry=self.registry)
        self.sent = Counter("helpdesk_parts_sent", "Platform messages sent", ["channel"], registry=self.registry)
        self.not_sent = Counter("helpdesk_not_sent", "Replies given up", ["channel", "why"], registry=self.registry)

    def exposition(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self.registry)
