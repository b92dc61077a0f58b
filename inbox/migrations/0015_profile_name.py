from django.db import migrations, models
from django.db.models.functions import Upper

# Nobody could give another name before.
TOLD = "UPDATE inbox_contact SET profile_name = name WHERE name <> ''"


class Migration(migrations.Migration):
    dependencies = [("inbox", "0014_blocked_at_meta")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="profile_name",
            field=models.CharField(blank=True, max_length=255, verbose_name="name on WhatsApp"),
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index("workspace", Upper("name"), name="contacts_called"),
        ),
    ]
