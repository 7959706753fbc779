"""Who there is: the organisation tree, persons, their positions and audiences."""
