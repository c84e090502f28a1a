"""The rules of this room, pure: `check_x` raises, `can_x` answers, the rest computes."""
