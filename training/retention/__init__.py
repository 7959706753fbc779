"""Removes what may no longer be kept, erases and merges persons, and shows what is kept of whom."""
