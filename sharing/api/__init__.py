"""What clients of Immich ask about links, assets and albums."""
