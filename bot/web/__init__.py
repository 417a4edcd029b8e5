"""The pages of the helpdesk: the members' chat, the mentors' desk, the province's office."""
