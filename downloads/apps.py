from collections.abc import Mapping, Sequence
from uuid import UUID

from django.apps import AppConfig

from sharing.managing.counting import count_downloads_with


class DownloadsConfig(AppConfig):
    name = "downloads"
    label = "downloads"
    verbose_name = "Downloads"

    def ready(self) -> None:
        count_downloads_with(_fetched)


def _fetched(link_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    from downloads.models import Download  # models exist only once the apps are ready

    return Download.objects.delivered().filter(link__in=link_ids).per_link()
