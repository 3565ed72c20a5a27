from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    name = "downloads"
    label = "downloads"
    verbose_name = "Downloads"
