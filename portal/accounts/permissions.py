"""What a key may do: Immich's names, those of them that open something here."""

PERMISSIONS = frozenset(
    "all album.create album.delete album.download album.read album.statistics album.update "
    "albumAsset.create albumAsset.delete apiKey.read asset.copy asset.delete asset.download "
    "asset.read asset.statistics asset.update asset.upload asset.view job.create person.read "
    "server.about server.storage sharedLink.create sharedLink.delete sharedLink.read sharedLink.update "
    "stack.create tag.asset tag.create tag.read user.read userProfileImage.read".split()
)
