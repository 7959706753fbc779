"""Who did what when: a log that is only added to, and that shows when somebody changed it."""
