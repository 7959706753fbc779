"""Learning content: Markdown files become immutable modules and dilemmas, after the check."""
