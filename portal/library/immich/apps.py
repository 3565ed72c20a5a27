from django.apps import AppConfig


class ImmichConfig(AppConfig):
    name = "portal.library.immich"
    label = "immich"
    verbose_name = "Immich library"
