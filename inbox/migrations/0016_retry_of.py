import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0015_profile_name")]

    operations = [
        migrations.AddField(
            "message",
            "retry_of",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="inbox.message",
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=models.Q(("retry_of__isnull", False)), fields=["retry_of"], name="messages_tried_again"
            ),
        ),
    ]
