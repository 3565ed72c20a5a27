from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0004_uploads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='sharedlink',
            name='is_for_owner',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddConstraint(
            model_name='sharedlink',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_for_owner', True)), fields=('owner', 'album_id'), name='one_own_link_per_album'),
        ),
        migrations.AddConstraint(
            model_name='sharedlink',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_for_owner', True)), fields=('owner', 'portal_album'), name='one_own_link_per_portal_album'),
        ),
    ]
