"""Calls a worker for what guests sent. Rows are the truth: a call too many or too few is harmless."""

from django_q.tasks import async_task


def call_for_check() -> None:
    """Have looked into what has arrived: soon, for its sender waits."""
    async_task("sharing.contributions.tasks.check")


def call_for_large_check() -> None:
    """Have looked into films of many gigabytes, which takes its time."""
    async_task("sharing.contributions.tasks.check_large", cluster="long")


def call_for_hand_over() -> None:
    """Have brought into the library what was accepted, and out what was taken back."""
    async_task("sharing.contributions.tasks.hand_over", cluster="long")


def call_for_news() -> None:
    """Have owners told."""
    async_task("sharing.contributions.tasks.tell_owners", cluster="long")
