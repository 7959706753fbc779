"""Playing a dilemma alone: scene by scene, with nothing kept of what was chosen."""
