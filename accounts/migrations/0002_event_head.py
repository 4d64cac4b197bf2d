"""The one row every writer of events locks: the start of the chain."""

from django.db import migrations


def lay(apps, schema_editor):
    apps.get_model("accounts", "EventHead").objects.get_or_create(pk=1, defaults={"seq": 0, "digest": "0" * 64})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(lay, migrations.RunPython.noop)]
