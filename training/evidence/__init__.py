"""What was completed: append-only proof."""
