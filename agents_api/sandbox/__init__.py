"""The sandbox of test mode: a simulated scout, which does what a person does, through the same operations.

Nothing here is believed because it is simulated: the same checks look at the same kinds of evidence.
"""
