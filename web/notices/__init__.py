"""Telling people outside the page: by e-mail and by push, of what they want to hear of, when they want to.

Copied from the feed, as work rows: what is told has happened, and a crash tells it late rather than never. Signing in
and what keeps an account safe is told by `web.sign_in`, and cannot be switched off.
"""
