"""What clients of Immich ask about downloads."""
