"""Measures how well questions are understood, beside plain ways to do the same."""
