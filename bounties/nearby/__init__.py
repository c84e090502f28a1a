"""Open bounties near a place, nearest first.

`search.nearby` is what the doors call. `reach` proves when it may stop, `plane` puts geography into SQL, `prepared`
keeps what the ORM compiled. The column `spot` and its indexes are made by a migration.
"""
