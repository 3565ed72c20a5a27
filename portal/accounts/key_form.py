"""What an owner decides about a key, as typed into the form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import PERMISSIONS

READING = frozenset(
    "album.read album.statistics asset.read asset.statistics asset.view person.read server.about "
    "tag.read user.read userProfileImage.read".split()
)
# What keys are usually made for. Programs that upload bring tags, stacks and descriptions with it.
PRESETS: dict[str, frozenset[str]] = {
    "download": READING | {"album.download", "asset.download"},
    "upload": READING
    | frozenset(
        "album.create album.update albumAsset.create asset.copy asset.update asset.upload "
        "job.create stack.create tag.asset tag.create".split()
    ),
    "all": frozenset({"all"}),
}
KINDS = [
    ("download", _("Look and download")),
    ("upload", _("Look and upload")),
    ("all", _("Everything")),
    ("chosen", _("Choose one by one")),
]
_GROUPS = (
    (_("Photos and videos"), ("asset.", "stack.", "tag.", "person.")),
    (_("Albums"), ("album", "albumAsset.")),
    (_("Links"), ("sharedLink.",)),
)


def groups() -> list[tuple[str, list[str]]]:
    """Every single permission, in groups with a name."""
    rest = sorted(PERMISSIONS - {"all"})
    found = []
    for label, beginnings in _GROUPS:
        found.append((str(label), [name for name in rest if name.startswith(beginnings)]))
        rest = [name for name in rest if not name.startswith(beginnings)]
    return [*found, (str(_("The portal")), rest)]


class KeyForm(forms.Form):
    """The form for a new key; ``wanted`` are its permissions."""

    name = forms.CharField(max_length=100)
    kind = forms.ChoiceField(choices=KINDS)
    permissions = forms.MultipleChoiceField(
        choices=[(name, name) for name in sorted(PERMISSIONS)], required=False
    )

    @property
    def wanted(self) -> list[str]:
        kind: str = self.cleaned_data["kind"]
        return sorted(PRESETS.get(kind, self.cleaned_data["permissions"]))
