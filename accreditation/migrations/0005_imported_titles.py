import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_imports"),
        ("accreditation", "0004_title_sums"),
    ]

    operations = [
        migrations.AddField(
            model_name="recognition",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="titles",
                to="accounts.importbatch",
            ),
        ),
    ]
