"""The numbered revisions of the tables (Alembic); ``models`` describes what they are today, ``db`` runs them.

The SQL of each revision lies in ``sql/NNNN.sql`` and ``sql/NNNN.down.sql``: a revision once released is never edited.
"""
