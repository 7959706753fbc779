"""Measures the product as ratios against ceilings that are taken beside it in the same run."""
