"""The index for searches; apart from the columns, for PostgreSQL fills and indexes in two steps."""

from django.db import migrations, models
from django.db.models import Q

SEARCHED = Q(is_listed=True, is_archived=False)


class Migration(migrations.Migration):

    dependencies = [
        ('folder', '0006_searched'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='storedasset',
            index=models.Index(fields=['moment_at', 'id'], condition=SEARCHED, name='searched_in_order'),
        ),
    ]
