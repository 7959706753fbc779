"""The outbox: mail is written in a transaction and sent after it."""
