"""What our door is held against: the same calls on the same tables, written as somebody else would write them."""
