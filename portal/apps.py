from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Loggia"

    def ready(self) -> None:
        from portal import checks  # noqa: F401
