"""Giving one's own seizures to CEN: what was decided about each, what goes, and what an owner has to look at first."""
