"""What every page shares: the request's database session, doors, errors, forms, base template."""
