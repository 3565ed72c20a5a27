from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "sharing.contributions"
    label = "contributions"
