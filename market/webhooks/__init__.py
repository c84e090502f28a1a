"""Copies of an account's feed, sent to addresses of its choice. The feed is the truth; a copy names what to fetch.

What happened, and what may be read of it, is the business of the rooms that tell the feed.
"""
