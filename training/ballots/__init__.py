"""What people chose, without who: the ballot box, the counters, and what may be shown of them."""
