"""What the capturing device says and signs. The views that hear it stand behind the doors, the rows in the models."""
