"""An inbox full of example conversations, made by PostgreSQL itself: a million messages take about a minute or two."""

import re

from django.db import connection, transaction

from inbox.models import Case, Contact, Mention, Message, Note, Tag, Thread
from inbox.services import work
from meta_integration.models import PhoneNumber
from workspaces.models import Workspace

# No phone of anybody's: the numbers of films.
PHONES = "15559"
LONG_CONVERSATION = 5_000
TAGS = {"VIP": "purple", "Return": "orange", "Wholesale": "blue", "Complaint": "red", "Newsletter": "green"}
# Nobody is called like this.
FIRST_NAMES = "Example Sample Muster Modello Ejemplo Exemple Przykład Voorbeeld Örnek مثال 例"
LAST_NAMES = "Customer Kunde Cliente Client Klant Klient Müşteri عميل お客様"
WORDS = (
    "the and to you have it in is my order please thanks when will be where blue red green size small large shipping "
    "parcel arrived today tomorrow yesterday money back return broken missing wrong colour invoice address street "
    "delivery courier price discount code working checkout card payment failed again help hello question about shoes "
    "jacket scarf lamp table gift wrapping birthday weekend stock available restock number tracking kind regards"
)
INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)\s+SELECT ")
MODELS = {model._meta.db_table: model for model in (Contact, Thread, Message, Case, Note, Mention)}
ANSWERED, PENDING, SNOOZED, BLOCKED = 0.7, 0.8, 0.02, 0.003


class NothingToFill(Exception):
    """The workspace cannot be filled. The text says why."""


@transaction.atomic
def fill(workspace: Workspace, *, threads: int, messages: int) -> dict[str, int]:
    """Conversations of all kinds. Run again it adds nothing to customers that are there, and makes those missing."""
    numbers = list(PhoneNumber.objects.for_workspace(workspace).order_by("pk").values_list("pk", flat=True))
    if not numbers:
        raise NothingToFill("This workspace has no number yet: connect one first.")
    for name, color in TAGS.items():
        if not Tag.objects.for_workspace(workspace).filter(name__iexact=name).exists():
            Tag.objects.create(workspace=workspace, name=name, color=color)
    given = {
        "workspace": workspace.pk,
        "numbers": numbers,
        "people": [user.pk for user in work.team_of(workspace)] or [None],
        "tags": list(Tag.objects.for_workspace(workspace).filter(name__in=TAGS).values_list("pk", flat=True)),
        "phones": PHONES,
        "threads": threads,
        "messages": messages,
        "long": min(LONG_CONVERSATION, messages // 20),
        "first": FIRST_NAMES.split(),
        "last": LAST_NAMES.split(),
        "words": WORDS.split(),
        "answered": ANSWERED, "pending": PENDING, "snoozed": SNOOZED, "blocked": BLOCKED,
    }  # fmt: skip
    made = {}
    with connection.cursor() as cursor:
        for name, sql in STEPS.items():
            cursor.execute(*_complete(sql, given))
            made[name] = cursor.rowcount
    return {name: count for name, count in made.items() if name in ("customers", "conversations", "messages")}


def _complete(sql: str, given: dict) -> tuple[str, dict]:
    """With the usual value of each column that the statement does not name and that may not be empty."""
    found = INSERT.search(sql)
    model = MODELS.get(found[1]) if found else None
    if model is None:
        return sql, given
    named = {column.strip() for column in found[2].split(",")}
    usual = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in named and not (field.null or field.primary_key or field.has_db_default())
    }
    columns = "".join(f"{column}, " for column in usual)
    values = "".join(f"%(usual_{column})s, " for column in usual)
    sql = INSERT.sub(lambda found: f"INSERT INTO {found[1]} ({columns}{found[2]}) SELECT {values}", sql)
    return sql, {**given, **{f"usual_{column}": value for column, value in usual.items()}}


# Each step is one statement. `example_threads` holds what this run makes: nothing else is touched.
STEPS = {
    "same every time": "SELECT setseed(0.42)",
    "memory": "SET LOCAL work_mem = '256MB'",
    "customers": """
        INSERT INTO inbox_contact (workspace_id, wa_id, parent_user_id, profile_name, name, username, language,
                                   attributes, marketing_state, blocked_at, created_at)
        SELECT %(workspace)s, %(phones)s || lpad(n::text, 7, '0'), '', '',
               (%(first)s::text[])[1 + n %% cardinality(%(first)s::text[])] || ' '
                   || (%(last)s::text[])[1 + (n / 7) %% cardinality(%(last)s::text[])] || ' ' || n,
               CASE WHEN n %% 10 = 0 THEN 'example.' || n ELSE '' END, 'en', '{}',
               (ARRAY['SUBSCRIBED', 'UNSUBSCRIBED', 'UNKNOWN'])[1 + n %% 3],
               CASE WHEN random() < %(blocked)s THEN now() END, now() - interval '200 days'
        FROM generate_series(1, %(threads)s) AS n
        ON CONFLICT DO NOTHING""",
    "anew": "DROP TABLE IF EXISTS example_threads",
    "conversations": """
        CREATE TEMPORARY TABLE example_threads ON COMMIT DROP AS
        WITH made AS (
            INSERT INTO inbox_thread (workspace_id, number_id, contact_id, status, preview, last_type, unread_count,
                                      pair_strikes, assignee_id, last_message_at)
            SELECT %(workspace)s, (%(numbers)s::bigint[])[1 + contact.id %% cardinality(%(numbers)s::bigint[])],
                   contact.id,
                   CASE WHEN dice < %(answered)s THEN 'RESOLVED' WHEN dice < %(pending)s THEN 'PENDING' ELSE 'OPEN' END,
                   '', '', 0, 0,
                   CASE WHEN random() < 0.6 THEN
                       (%(people)s::bigint[])[1 + contact.id %% cardinality(%(people)s::bigint[])] END,
                   now() - interval '200 days'
            FROM (SELECT id, random() AS dice FROM inbox_contact
                  WHERE workspace_id = %(workspace)s AND wa_id LIKE %(phones)s || '%%'
                  AND length(wa_id) = length(%(phones)s) + 7 ORDER BY id) AS contact
            ON CONFLICT DO NOTHING
            RETURNING id, number_id, contact_id, status, assignee_id)
        SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM made""",
    "index": "CREATE UNIQUE INDEX ON example_threads (place)",
    "known": "ANALYZE example_threads",
    "messages": """
        INSERT INTO inbox_message (workspace_id, thread_id, number_id, direction, type, body, content, status, origin,
                                   wamid, reference, author_id, occurred_at, created_at, priority, attempts, error)
        SELECT %(workspace)s, thread.id, thread.number_id, CASE WHEN dice < 0.45 THEN 'in' ELSE 'out' END, 'text',
               body, json_build_object('text', json_build_object('body', body)),
               CASE WHEN dice < 0.45 THEN 'received' WHEN luck < 0.7 THEN 'read' WHEN luck < 0.9 THEN 'delivered'
                    WHEN luck < 0.98 THEN 'sent' ELSE 'failed' END,
               CASE WHEN dice >= 0.85 THEN 'Example campaign' ELSE '' END,
               'wamid.EXAMPLE' || reference, reference,
               CASE WHEN dice BETWEEN 0.45 AND 0.85 THEN
                   coalesce(thread.assignee_id, (%(people)s::bigint[])[1]) END,
               at, at, CASE WHEN dice < 0.45 THEN 1 WHEN dice < 0.85 THEN 0 ELSE 2 END, 0,
               CASE WHEN dice >= 0.45 AND luck >= 0.98 THEN 'An example of a failure.' ELSE '' END
        FROM (
            SELECT n, random() AS dice, random() AS luck, gen_random_uuid() AS reference,
                   now() - interval '180 days' * (1 - n::float / %(messages)s) AS at,
                   -- Every twentieth belongs to one long conversation, until that is long enough.
                   CASE WHEN n %% 20 = 0 AND n / 20 <= %(long)s THEN 0
                        ELSE (n * 7919) %% (SELECT greatest(count(*), 1) FROM example_threads) END AS place,
                   array_to_string(ARRAY(SELECT (%(words)s::text[])[1 + floor(power(random(), 2)
                       * cardinality(%(words)s::text[]))] FROM generate_series(1, 4 + (n %% 12)) WHERE n > 0), ' ')
                   || CASE WHEN n %% 50 = 0 THEN ' EX-' || n ELSE '' END AS body
            FROM generate_series(1::bigint, %(messages)s) AS n) AS made
        JOIN example_threads AS thread USING (place)
        ORDER BY n""",
    "last words": """
        UPDATE inbox_thread AS thread
        SET last_message_at = last.occurred_at, preview = left(last.body, 160), last_type = last.type,
            unread_count = CASE WHEN waits THEN 1 + last.id %% 3 ELSE 0 END,
            waiting_since = CASE WHEN waits THEN last.occurred_at END,
            resolved_at = CASE WHEN status = 'RESOLVED' THEN last.occurred_at END,
            snoozed_until = CASE WHEN status <> 'RESOLVED' AND random() < %(snoozed)s
                THEN now() + interval '2 days' END,
            window_expires_at = CASE WHEN last.direction = 'in' THEN last.occurred_at + interval '24 hours' END
        FROM (SELECT example.id AS thread_id, newest.*, direction = 'in' AND example.status = 'OPEN' AS waits
              FROM example_threads AS example CROSS JOIN LATERAL (
                  SELECT id, body, type, direction, occurred_at FROM inbox_message
                  WHERE thread_id = example.id ORDER BY occurred_at DESC, id DESC LIMIT 1) AS newest) AS last
        WHERE thread.id = last.thread_id""",
    "tags": """
        INSERT INTO inbox_contact_tags (contact_id, tag_id)
        SELECT DISTINCT contact_id, (%(tags)s::bigint[])[1 + floor(random() * cardinality(%(tags)s::bigint[]))]
        FROM example_threads, generate_series(1, 2) WHERE random() < 0.2
        ON CONFLICT DO NOTHING""",
    "cases": """
        INSERT INTO inbox_case (workspace_id, thread_id, number_id, opened_at, first_reply_at, first_reply_by_id,
                                resolved_at, resolved_by_id)
        SELECT %(workspace)s, id, number_id, opened, CASE WHEN assignee_id IS NOT NULL THEN opened + took * 0.1 END,
               assignee_id, CASE WHEN status = 'RESOLVED' THEN opened + took END,
               CASE WHEN status = 'RESOLVED' THEN assignee_id END
        FROM (SELECT *, now() - interval '30 days' * random() - interval '1 day' AS opened,
                     interval '20 hours' * power(random(), 3) AS took FROM example_threads) AS example""",
    "notes": """
        WITH noted AS (
            INSERT INTO inbox_note (workspace_id, thread_id, author_id, text, at)
            SELECT %(workspace)s, id, (%(people)s::bigint[])[1], 'An example note: called them back.', now()
            FROM example_threads WHERE place %% 40 = 3 AND (%(people)s::bigint[])[1] IS NOT NULL RETURNING id)
        INSERT INTO inbox_mention (workspace_id, note_id, user_id)
        SELECT %(workspace)s, id, (%(people)s::bigint[])[cardinality(%(people)s::bigint[])] FROM noted
        WHERE id %% 3 = 0""",
}
