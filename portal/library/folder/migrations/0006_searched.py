"""Searches by moment, arrival, change and place, with the indexes that they need."""

from datetime import UTC, datetime, timedelta

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fill(apps, schema_editor):
    """The moment is the wall clock's time without what that is ahead of UTC."""
    assets = apps.get_model("folder", "StoredAsset").objects
    ahead = Coalesce(F("utc_offset"), Value(timedelta()))
    assets.update(moment_at=F("taken_at") - ahead, updated_at=F("added_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('folder', '0005_arrivals'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedasset',
            name='moment_at',
            field=models.DateTimeField(default=EPOCH),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='storedasset', name='city', field=models.TextField(blank=True, default=''), preserve_default=False,
        ),
        migrations.AddField(
            model_name='storedasset', name='state', field=models.TextField(blank=True, default=''), preserve_default=False,
        ),
        migrations.AddField(
            model_name='storedasset', name='country', field=models.TextField(blank=True, default=''), preserve_default=False,
        ),
        migrations.AddField(
            model_name='storedasset', name='is_favorite', field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='storedasset', name='is_archived', field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='storedasset',
            name='added_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='storedasset',
            name='updated_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
