from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("downloads", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="downloaditem",
            name="part",
            field=models.CharField(
                choices=[("still", "Still"), ("video", "Video"), ("live", "Live")], max_length=5
            ),
        ),
    ]
