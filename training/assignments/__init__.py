"""Who must learn what, when, and again: duties, cycles, reminders."""
