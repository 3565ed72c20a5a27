"""``POST /api/assets``: one file a request, streamed, by owners and by guests."""
