"""Weerbaar: awareness and dilemma training for Dutch municipalities."""
