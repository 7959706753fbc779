"""Tests of the ground: what every room may use."""
