"""The pages that show several rooms: the learner's overview, the catalogue, the open pages."""
