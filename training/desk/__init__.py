"""The desk from which a coordinator, HR or the griffie runs the programme."""
