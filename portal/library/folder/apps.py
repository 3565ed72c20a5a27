from django.apps import AppConfig


class FolderConfig(AppConfig):
    name = "portal.library.folder"
    label = "folder"
    verbose_name = "Folder library"
