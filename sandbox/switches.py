"""All switches of the weather: what they are called, what they do, and the number some of them have."""

from dataclasses import dataclass

UNITS = {  # what a number counts: its short name on the page, the highest, is it whole?
    "seconds": ("s", 3600, False),
    "minutes": ("min", 1440, True),
    "code": ("code", 99_999_999, True),
    "subcode": ("sub-code", 9_999_999, True),
    "bytes": ("bytes", 200_000_000, True),
    "updates": ("updates", 1000, True),
    "rows": ("rows", 10_000, True),
    "page": ("page", 1000, True),
}

GROUPS = {
    "calls": ("Every Graph call", "Happens to any call of the Graph API, sending included."),
    "login": ("Connecting", "Happens in the login dialog and its pop-up."),
    "sending": ("Sending messages", "Happens to messages the shop sends."),
    "templates": ("Message templates", "Happens when they are made, reviewed, listed and told of."),
    "catalogs": ("Catalogs", "Happens to products, batches of them, and their review."),
    "media": ("Files", "Happens to uploads, downloads and messages with a file."),
    "webhooks": (
        "Webhooks",
        "What comes to the app. Nothing is ever lost: each is tried again until the app says 200.",
    ),
    "rules": ("Meta's rules", "Kept in fair weather. Turn one off for a load test."),
}


@dataclass(frozen=True)
class Switch:
    group: str
    title: str
    text: str
    unit: str = ""  # empty: it has no number
    default: int = 0  # the number when it is only turned on


SWITCHES = {
    # every call
    "slow": Switch("calls", "Slow", "Seconds until any call is answered.", "seconds", 2),
    "slow_by_chance": Switch("calls", "Unsteady", "Up to so many seconds more, by chance.", "seconds", 2),
    "down": Switch("calls", "Meta is down", "HTTP 503 and a page of HTML. Nothing is done."),
    "html": Switch("calls", "HTML instead of JSON", "HTTP 200 and a page of HTML. Nothing is done."),
    "error": Switch("calls", "Error of your choice", "Fails with this code of Meta's, or one of several.", "code", 2),
    "empty": Switch("calls", "Empty 500", "HTTP 500 without a body. Nothing is done."),
    "html_after": Switch("calls", "502 after the work", "The work is done, but the answer is HTTP 502 and HTML."),
    "cut": Switch("calls", "Answer cut short", "The work is done. HTTP 200, but the JSON ends in the middle."),
    "reset": Switch("calls", "Connection reset, nothing done", "The connection is torn down before the work."),
    "reset_after": Switch("calls", "Connection reset after the work", "The work is done, then it is torn down."),
    "drop": Switch(
        "calls", "Dropped connection", "The work is done (a message is accepted), the answer never arrives."
    ),
    "silent": Switch("calls", "No answer", "The work is done, and the connection stays open without a word."),
    "app_limited": Switch("calls", "App too busy", "Error 4, with X-App-Usage at 100 %."),
    "account_limited": Switch(
        "calls", "Account too busy", "Error 80007. The header names the minutes to wait.", "minutes", 1
    ),
    "tokens_dead": Switch("calls", "Tokens dead", "Every access token gets error 190.", "subcode", 463),
    # login
    "code_before_ids": Switch(
        "login", "Code before the ids", "The pop-up hands over the code first, then says which account it is for."
    ),
    "ids_lost": Switch("login", "Ids lost", "The pop-up hands over the code, and never says which account it is for."),
    "short_codes": Switch("login", "Short codes", "A code is good for so many seconds; at Meta 30.", "seconds", 30),
    # sending
    "rate_limited": Switch("sending", "Number too fast", "Sending gets error 130429."),
    "pair_limited": Switch("sending", "Too many to one customer", "Sending gets error 131056."),
    "refuse": Switch("sending", "Refused at once", "The answer is this code, or one of several.", "code", 131026),
    "fail_later": Switch("sending", "Fails later", "Accepted; then a failed status with this code.", "code", 131026),
    "block_refused": Switch("sending", "Blocking refused", "block_users gets this code.", "code", 139103),
    "template_held": Switch(
        "sending",
        "Templates held",
        "Accepted as held_for_quality_assessment; goes on after so many seconds.",
        "seconds",
        10,
    ),
    "messages_delay": Switch("sending", "Late answer", "Seconds between accepting and answering.", "seconds", 5),
    "messages_delay_before": Switch(
        "sending", "Late acceptance", "Seconds before it is accepted at all.", "seconds", 5
    ),
    # templates
    "template_refused": Switch("templates", "Design refused", "Error 100 with this sub-code.", "subcode", 2388072),
    "approved_at_once": Switch("templates", "Approved at once", "The answer to the creation says APPROVED already."),
    "rejected_at_once": Switch("templates", "Rejected at once", "The answer to the creation says REJECTED already."),
    "recategorised": Switch("templates", "Another category", "What is made as UTILITY becomes MARKETING."),
    "review_rejects": Switch("templates", "Review rejects", "The automatic review rejects with INVALID_FORMAT."),
    "handles_expired": Switch("templates", "Samples expired", "The handles of uploads are not valid any more."),
    "list_empty": Switch("templates", "Empty list", "The list has no templates and no paging, though there are some."),
    "list_fails": Switch(
        "templates", "List breaks off", "This page of the list, and those after it, are error 2.", "page", 2
    ),
    "list_short": Switch("templates", "Short list", "After so many rows the list ends as if it was all.", "rows", 10),
    "list_thin": Switch(
        "templates", "Thin pages", "Pages have fewer rows than was asked for; there are more.", "rows", 3
    ),
    "cursors_expired": Switch("templates", "Cursors expired", "Every page but the first is error 100."),
    "news_with_dash": Switch("templates", "Language with a dash", "Webhooks say en-US, not en_US."),
    "news_without_category": Switch("templates", "News without category", "As in older webhooks of the status."),
    "quality_as_status": Switch("templates", "Quality misfiled", "It comes under message_template_status_update."),
    # catalogs
    "batch_limited": Switch(
        "catalogs", "Too many batches", "Error 80014. The header names the minutes to wait.", "minutes", 1
    ),
    "catalog_limited": Switch(
        "catalogs", "Catalog too busy", "Error 80009 for all but batches. The header names the minutes.", "minutes", 1
    ),
    "batch_all_refused": Switch(
        "catalogs", "Batch refused, politely", "HTTP 200, no handle, and an error for each item."
    ),
    "batch_no_handle": Switch("catalogs", "Batch without a handle", "HTTP 200 and no handle. Nothing is done."),
    "batch_endless": Switch(
        "catalogs", "Batch never ends", "It is in_progress for ever, though the work is done in time."
    ),
    "batch_lost": Switch("catalogs", "Handle lost", "The work is done, but nobody knows the handle any more."),
    "batch_fails": Switch("catalogs", "Batch fails later", "Accepted; then each of its items has an error."),
    "batch_slow": Switch("catalogs", "Batch takes long", "So many seconds more until it is applied.", "seconds", 60),
    "batch_answer_slow": Switch(
        "catalogs", "Batch answered late", "Accepted; the answer comes after so many seconds.", "seconds", 20
    ),
    "batch_502_after": Switch("catalogs", "502 after a batch", "It is accepted, but the answer is HTTP 502 and HTML."),
    "pictures_unread": Switch("catalogs", "Pictures unread", "An item's picture could not be fetched: an error."),
    "products_rejected": Switch("catalogs", "Review rejects products", "Each product it looks at is rejected."),
    # files
    "upload_refused": Switch("media", "Upload refused", "Uploading a file gets this code.", "code", 131053),
    "upload_cut": Switch("media", "Upload cut", "The connection is reset after so many bytes.", "bytes", 4096),
    "download_gone": Switch("media", "Download expired", "The address of a file answers 404."),
    "media_fails_later": Switch(
        "media", "File fails later", "A message with a file is accepted, then fails with 131053."
    ),
    "inbound_media_broken": Switch(
        "media", "Customer's file is broken", "It arrives with error 131052 and without the file."
    ),
    # webhooks
    "hold_statuses": Switch("webhooks", "Hold statuses", "Messages are accepted, but sent, delivered and read wait."),
    "hold_webhooks": Switch("webhooks", "Hold all webhooks", "Nothing is posted to the app until this is off again."),
    "early_status": Switch(
        "webhooks", "Status before the answer", "The app hears of sent before its call is answered."
    ),
    "duplicate": Switch("webhooks", "Twice", "The same webhook is posted a second time."),
    "reorder": Switch("webhooks", "Out of order", "It waits a moment and is overtaken by later ones."),
    "webhook_delay": Switch("webhooks", "Late", "Up to so many seconds late, by chance.", "seconds", 10),
    "batch": Switch("webhooks", "In bundles", "So many updates are gathered into one webhook.", "updates", 1000),
    # rules
    "no_pair_limit": Switch(
        "rules", "Pair limit off", "To one customer without one message in 6 seconds, bursts of 45."
    ),
    "no_throughput_limit": Switch("rules", "Throughput limit off", "A number may send as fast as it can."),
    "no_template_limits": Switch(
        "rules", "Template limits off", "Any number of templates, creations and edits; names of deleted ones are free."
    ),
    "no_catalog_limits": Switch(
        "rules", "Catalog limits off", "Any number of batches a minute, and of other calls an hour."
    ),
    "no_window": Switch("rules", "24 hours off", "Free messages reach customers who have not written."),
    "no_messaging_limit": Switch("rules", "Daily customers off", "Any number of new customers in 24 hours."),
}
