from django import template
from django.template import Context

from sharing.managing.waiting import read_waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context: Context) -> int:
    """How many photos and videos wait for the decision of whoever is signed in."""
    owner_id = context["request"].user.pk
    return read_waiting([owner_id]).get(owner_id, 0)
