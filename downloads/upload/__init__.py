"""``manage.py upload``: files into the portal's library, or to any server, and what became of each."""
