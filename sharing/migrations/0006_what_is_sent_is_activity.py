from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sharing', '0005_owners_send_themselves'),
    ]

    operations = [
        migrations.AddField(
            model_name='happening',
            name='count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='happening',
            name='kind',
            field=models.CharField(choices=[('made', 'Link made'), ('changed', 'Link changed'), ('paused', 'Link paused'), ('resumed', 'Link turned on again'), ('deleted', 'Link deleted'), ('restored', 'Link brought back'), ('opened', 'Opened'), ('unlocked', 'Unlocked with the password'), ('wrong', 'Wrong password'), ('taken', 'Downloaded'), ('full', 'Turned away: the limit is reached'), ('sent', 'Photos sent in'), ('accepted', 'Sent photos accepted'), ('rejected', 'Sent photos rejected'), ('back', 'Taken back by their sender')], max_length=8),
        ),
    ]
