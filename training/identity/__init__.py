"""Accounts, sign-in, and which role gives which permission."""
