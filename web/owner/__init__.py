"""Owners' pages: the people who answer for agents see what these spend, and hold the keys and the caps."""
