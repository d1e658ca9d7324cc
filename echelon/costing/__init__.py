"""Costing that SQL cannot do exactly."""
