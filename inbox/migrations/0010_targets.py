from django.db import migrations

# Reactions, edits and deletions of before name their message in their content alone.
TARGETS = """
UPDATE inbox_message SET target_wamid = coalesce(
  content #>> '{reaction,message_id}', content #>> '{edit,original_message_id}', content #>> '{revoke,original_message_id}'
) WHERE type IN ('reaction', 'edit', 'revoke') AND target_wamid IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0009_work")]

    operations = [migrations.RunSQL(TARGETS, migrations.RunSQL.noop)]
