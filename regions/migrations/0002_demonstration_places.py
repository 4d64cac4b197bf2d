"""One clock for each place a demonstration plays in. A demonstration is made anew, so the old single row may go."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("regions", "0001_initial")]

    operations = [
        migrations.DeleteModel(name="DemonstrationClock"),
        migrations.CreateModel(
            name="DemonstrationClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="演示")),
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="regions.region"
                    ),
                ),
                ("moment", models.DateTimeField()),
            ],
            options={"ordering": ["id"]},
        ),
    ]
