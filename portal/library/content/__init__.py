"""What is inside a photo or video file, and the pictures made of it.

Plain functions over paths: no settings, no database, fit for any thread.
"""
