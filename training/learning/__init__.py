"""Taking a module: section by section, with questions, until it is complete."""
