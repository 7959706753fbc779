"""Proof on paper: the own certificates, and the check that anybody can make of one."""
