"""The pairs of characters by which communities are found, made from the names there are."""

import django.db.models.deletion
from django.db import migrations, models

from regions import name_search


def fill(apps, schema_editor):
    """From names and former names, inside the database."""
    name_search.rebuild(schema_editor.connection, apps.get_model("regions", "NameGram").objects.all())


class Migration(migrations.Migration):
    dependencies = [("regions", "0002_demonstration_places")]

    operations = [
        migrations.CreateModel(
            name="NameGram",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gram", models.CharField(max_length=2)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="regions.community"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="formercommunity",
            index=models.Index(fields=["code"], name="former_community_code"),
        ),
        migrations.AddConstraint(
            model_name="namegram",
            constraint=models.UniqueConstraint(fields=("gram", "community"), name="name_gram_once"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
