"""Meetings: a dilemma with a whole room, and trainings that people gave to people."""
