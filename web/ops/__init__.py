"""The operators' pages: what waits for one of our staff, the evidence, and the rulings."""
