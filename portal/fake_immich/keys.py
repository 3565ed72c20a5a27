"""The keys that a made-up world knows."""

API_KEY = "a-key-for-the-stand-in"  # the owner's, for everything
LIMITED_KEY = "a-key-that-may-only-look"  # the owner's, without asset.download
OTHER_KEY = "the-key-of-somebody-else"
OTHER_SESSION = "the-session-of-somebody-else"
