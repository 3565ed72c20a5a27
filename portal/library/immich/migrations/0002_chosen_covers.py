from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("immich", "0001_mirror_of_an_immich"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedalbum",
            name="chosen_cover",
            field=models.UUIDField(null=True),
        ),
    ]
