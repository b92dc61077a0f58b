"""A shop whose number sends 1,000 a second, and messages to many customers waiting to go out."""

from tests.stack import NUMBER, Stack


def connect(stack: Stack, **weather) -> None:
    """Every process runs, the merchant has connected the number, and Meta is in this weather."""
    stack.open_shop()
    stack.control("weather", **weather)
    stack.control("number", phone_number_id=NUMBER, throughput_level="HIGH")
    stack.sql("UPDATE meta_integration_phonenumber SET throughput_level = 'HIGH'")


def queue(stack: Stack, messages: int, *, customers: int) -> None:
    """As a campaign would, in one statement: the customers' threads, and messages, each customer in turn."""
    people = stack.control("customers", count=customers, phone_number_id=NUMBER)["customers"]
    stack.sql(
        """
        WITH number AS (SELECT id, workspace_id FROM meta_integration_phonenumber WHERE phone_number_id = %s),
        person AS (INSERT INTO inbox_contact (workspace_id, wa_id, profile_name, name, username, parent_user_id,
            language, attributes, marketing_state, created_at)
          SELECT workspace_id, wa_id, '', '', '', '', '', '{}', 'UNKNOWN', now()
          FROM number, unnest(%s::text[]) wa_id RETURNING id),
        thread AS (INSERT INTO inbox_thread (workspace_id, number_id, contact_id, status, preview, last_type,
            unread_count, stays_unread, pair_strikes, window_expires_at)
          SELECT workspace_id, number.id, person.id, 'OPEN', '', '', 0, false, 0, now() + interval '12 hours'
          FROM number, person RETURNING id, workspace_id, number_id),
        placed AS (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS many FROM thread)
        INSERT INTO inbox_message (workspace_id, thread_id, number_id, direction, type, body, content, status,
          origin, reference, created_at, priority, attempts, error)
        SELECT workspace_id, id, number_id, 'out', 'text', 'Hello', '{"text": {"body": "Hello"}}', 'queued',
          '', gen_random_uuid(), now(), 2, 0, ''
        FROM generate_series(0, %s - 1) n JOIN placed ON place = n %% many ORDER BY n
        """,
        NUMBER,
        people,
        messages,
    )
