"""Everything the local Meta remembers. Plain records; the rules live elsewhere."""

import base64
import re
import secrets
import time
from collections import deque
from dataclasses import dataclass, field

from .commerce.records import Batch, Catalog, Product

WINDOW_SECONDS = 24 * 3600
MESSAGES_KEPT = 50_000
REFERENCES_KEPT = 500_000
USER_ID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")


@dataclass
class Waba:
    waba_id: str
    name: str
    is_ticked_in_dialog: bool = True
    is_subscribed: bool = False
    override_callback_uri: str = ""
    override_verify_token: str = ""
    currency: str = "USD"
    timezone_id: str = "1"
    account_review_status: str = "APPROVED"
    is_disabled: bool = False
    is_deleted: bool = False
    restrictions: dict[str, int] = field(default_factory=dict)  # by type: when it ends, 0 for never
    template_limit: int = 6000  # of a verified business; 250 else
    template_creations: list[float] = field(default_factory=list)  # those of the last hour

    def is_restricted(self, restriction_type: str) -> bool:
        ends_at = self.restrictions.get(restriction_type)
        return ends_at is not None and (not ends_at or ends_at > time.time())

    def unsubscribe(self) -> None:
        self.is_subscribed, self.override_callback_uri, self.override_verify_token = False, "", ""


@dataclass
class Number:
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    verified_name: str
    quality_rating: str = "GREEN"
    status: str = "PENDING"
    pin: str = ""
    register_calls: list[float] = field(default_factory=list)
    last_onboarded_at: float | None = None
    throughput_level: str = "STANDARD"  # or HIGH
    is_on_biz_app: bool = False  # also on the phone app: coexistence
    code_verification_status: str = "VERIFIED"
    name_status: str = "APPROVED"
    code: str = ""  # the one it was sent last, until it is used
    code_method: str = ""
    code_expires_at: float = 0.0

    @property
    def digits(self) -> str:
        return digits(self.display_phone_number)

    @property
    def is_registered(self) -> bool:
        return self.status in ("CONNECTED", "FLAGGED", "RATE_LIMITED", "RESTRICTED")

    @property
    def is_verified(self) -> bool:
        return self.code_verification_status == "VERIFIED"

    def verify(self) -> None:
        self.code_verification_status, self.code, self.code_method = "VERIFIED", "", ""


@dataclass
class Customer:
    wa_id: str
    user_id: str
    name: str
    username: str = ""
    hides_number: bool = False  # webhooks then carry the user_id only


@dataclass
class Code:
    """What the login dialog hands to the app; good for one exchange."""

    code: str
    redirect_uri: str
    waba_ids: list[str]
    scopes: list[str]
    expires_at: float
    is_used: bool = False
    is_forever: bool = False  # the token it becomes


@dataclass
class Token:
    token: str
    waba_ids: list[str]
    scopes: list[str]
    issued_at: float
    expires_at: float  # 0: never
    is_revoked: bool = False
    data_access_expires_at: float = 0.0  # 0: never
    death_subcode: int = 467
    accepts_left: int | None = None  # revoked after so many more accepted messages


@dataclass
class ChatMessage:
    """One bubble, either way. `body` is Meta's JSON: the POST of the shop, or the message of the webhook."""

    wamid: str
    wa_id: str  # the customer's; the address as typed when nobody has it
    phone_number_id: str
    is_from_customer: bool
    type: str
    body: dict
    at: float
    status: str = "accepted"
    to: str = ""  # as the shop wrote it
    is_to_user_id: bool = False
    biz_opaque_callback_data: str | None = None
    conversation_id: str = ""
    category: str = "service"
    fails_with: int = 0  # what the weather had in store for it when it was accepted
    shown: dict = field(default_factory=dict)  # of a template: as it was filled then, whatever became of it


@dataclass
class MessageTemplate:
    template_id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    ttl_seconds: int | None = None
    created_at: float = 0.0
    updated_at: float = 0.0
    was_approved: bool = True  # at any time: its name is then blocked when it is deleted
    edits: list[float] = field(default_factory=list)  # those made while it was approved
    rejected_reason: str = "NONE"
    rejection_info: dict = field(default_factory=dict)
    quality: str = "UNKNOWN"
    quality_at: float = 0.0
    pauses: int = 0
    previous_category: str = ""
    correct_category: str = ""  # announced, not done yet
    error_when_sent: int = 0  # sending it is refused with this code
    # When something happens to it by itself; 0 for never.
    review_at: float = 0.0
    paused_until: float = 0.0
    recategorised_at: float = 0.0


@dataclass
class Media:
    """A file of a message, either way. Its bytes are on disk under its id."""

    media_id: str
    phone_number_id: str
    mime_type: str
    sha256: str  # hexadecimal
    size: int
    created_at: float
    filename: str = ""
    is_inbound: bool = False


@dataclass
class Upload:
    """A resumable upload. Its bytes so far are on disk."""

    upload_id: str
    token: str
    file_name: str
    length: int
    file_type: str
    file: str
    offset: int = 0
    handle: str = ""
    parts: int = 0  # requests that brought bytes


@dataclass
class Chat:
    """What one customer's phone knows of one number, besides the messages."""

    wa_id: str
    phone_number_id: str
    last_inbound_at: float = 0.0
    is_kept_open: bool = False
    seen_open_at: float = 0.0
    typing_until: float = 0.0
    is_blocked: bool = False  # by the shop
    wants_offers: bool = True  # else no marketing templates come through
    wamids: deque[str] = field(default_factory=deque)


@dataclass(eq=False)
class Update:
    """One item of news for the app, not in a webhook yet."""

    waba_id: str
    field: str
    value: dict
    created_at: float
    due_at: float = 0.0
    wamid: str = ""  # of the customer's message it carries
    entry_id: str = ""  # if it is not the account's
    on_delivered: object = None  # a Future somebody waits for

    @property
    def is_for_app(self) -> bool:
        """An address of the account's own is for messages; all else goes to the app."""
        return self.field != "messages"


@dataclass
class Webhook:
    """One POST to the app: pending until a 200, then kept for the log."""

    webhook_id: str
    waba_id: str
    body: str
    created_at: float
    next_try_at: float
    wamids: list[str] = field(default_factory=list)  # of the customers' messages it carries
    count: int = 1  # of updates
    is_repeat: bool = False
    is_for_app: bool = False
    state: str = "pending"  # pending, delivered, given_up
    attempts: int = 0
    url: str = ""
    last_status: str = ""


@dataclass
class LogEntry:
    at: float
    method: str
    path: str
    params: dict  # already redacted
    status: int
    error_code: int | None
    milliseconds: float
    answer: dict | str


@dataclass
class World:
    business_id: str = ""
    business_name: str = ""
    partner_business_id: str = "800000000000009"  # the app's own
    user_id: str = ""
    callback_url: str = ""
    verify_token: str = ""
    callback_fields: list[str] = field(default_factory=list)  # empty: all
    wabas: dict[str, Waba] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    messages: dict[str, ChatMessage] = field(default_factory=dict)
    templates: dict[str, MessageTemplate] = field(default_factory=dict)
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    commerce: dict[str, dict] = field(default_factory=dict)  # settings by phone_number_id, once they were set
    media: dict[str, Media] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    updates: dict[int, Update] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)  # those pending
    accepted: dict[str, int] = field(default_factory=dict)  # by reference, also of messages forgotten since
    reached: dict[str, float] = field(default_factory=dict)  # customers written to outside their window, and when
    blocked_names: dict[str, float] = field(default_factory=dict)  # of deleted templates, and until when
    user_locale: str = "en_US"  # of the person behind the tokens: the language of refusals
    is_review_by_hand: bool = False  # templates wait for the moderator
    is_product_review_by_hand: bool = False
    batch_delay: float | None = None  # set by a test; else as the sandbox was started
    product_review_delay: float | None = None
    messaging_limit: str = "TIER_2K"  # of the business, shared by its numbers
    max_phone_numbers: int = 20  # of the business

    def __post_init__(self):
        self._user_ids: dict[str, str] = {}
        self._template_names: dict[tuple[str, str, str], MessageTemplate] = {}
        self._shelves: dict[str, dict[str, Product]] | None = None

    def living_wabas(self) -> list[Waba]:
        return [waba for waba in self.wabas.values() if not waba.is_deleted]

    def numbers_of(self, waba: Waba) -> list[Number]:
        return [number for number in self.numbers.values() if number.waba_id == waba.waba_id]

    def chat(self, wa_id: str, phone_number_id: str) -> Chat:
        key = f"{wa_id}/{phone_number_id}"
        return self.chats.setdefault(key, Chat(wa_id, phone_number_id))

    def messages_of(self, chat: Chat) -> list[ChatMessage]:
        return [self.messages[wamid] for wamid in chat.wamids if wamid in self.messages]

    def add_message(self, message: ChatMessage) -> None:
        is_known = message.wamid in self.messages
        self.messages[message.wamid] = message
        if not is_known:
            self.chat(message.wa_id, message.phone_number_id).wamids.append(message.wamid)
        if len(self.messages) > MESSAGES_KEPT:
            self._forget_oldest_message()

    def _forget_oldest_message(self) -> None:
        oldest = self.messages.pop(next(iter(self.messages)))
        wamids = self.chat(oldest.wa_id, oldest.phone_number_id).wamids
        if wamids and wamids[0] == oldest.wamid:
            wamids.popleft()

    def note_accepted(self, message: ChatMessage) -> None:
        """Counted for longer than the message is kept: a long run can be compared to the end."""
        key = f"{message.phone_number_id}/{message.biz_opaque_callback_data or ''}"
        self.accepted[key] = self.accepted.get(key, 0) + 1
        if len(self.accepted) > REFERENCES_KEPT:
            del self.accepted[next(iter(self.accepted))]

    def find_customer(self, address: str) -> Customer | None:
        """By user_id, or by a phone number written in any of the usual ways."""
        if not USER_ID.match(address):
            return self.customers.get(digits(address))
        if len(self._user_ids) != len(self.customers):
            self._user_ids = {customer.user_id: customer.wa_id for customer in self.customers.values()}
        return self.customers.get(self._user_ids.get(address, ""))

    def rename_customer(self, customer: Customer, wa_id: str, user_id: str) -> None:
        """A new phone number and user id; chats and messages go along."""
        for chat in [chat for chat in self.chats.values() if chat.wa_id == customer.wa_id]:
            for message in self.messages_of(chat):
                message.wa_id = wa_id
            del self.chats[f"{chat.wa_id}/{chat.phone_number_id}"]
            chat.wa_id = wa_id
            self.chats[f"{wa_id}/{chat.phone_number_id}"] = chat
        # In the same place of the list.
        self.customers = {wa_id if each is customer else key: each for key, each in self.customers.items()}
        customer.wa_id, customer.user_id = wa_id, user_id
        self._user_ids = {}

    def add_template(self, template: MessageTemplate) -> None:
        self.templates[template.template_id] = template
        self._template_names.clear()

    def remove_template(self, template: MessageTemplate) -> None:
        self.templates.pop(template.template_id, None)
        self._template_names.clear()

    def find_template(self, waba_id: str, name: str, language: str) -> MessageTemplate | None:
        if not self._template_names:
            self._template_names = {(t.waba_id, t.name, t.language): t for t in self.templates.values()}
        return self._template_names.get((waba_id, name, language))

    def shelf(self, catalog_id: str) -> dict[str, Product]:
        """The products of a catalog by retailer_id, in the order in which they came."""
        if self._shelves is None:
            self._shelves = {}
            for product in self.products.values():
                self._shelves.setdefault(product.catalog_id, {})[product.retailer_id] = product
        return self._shelves.setdefault(catalog_id, {})

    def add_product(self, product: Product) -> None:
        self.shelf(product.catalog_id)[product.retailer_id] = product
        self.products[product.product_id] = product

    def remove_product(self, product: Product) -> None:
        self.shelf(product.catalog_id).pop(product.retailer_id, None)
        self.products.pop(product.product_id, None)

    def linked_catalog(self, waba_id: str) -> Catalog | None:
        return next((catalog for catalog in self.catalogs.values() if catalog.linked_to == waba_id), None)

    def is_window_open(self, chat: Chat) -> bool:
        return time.time() - chat.last_inbound_at < WINDOW_SECONDS


def digits(text: str) -> str:
    return "".join(char for char in text if char in "0123456789")


def new_wamid() -> str:
    """As Meta's: base64 with every awkward character (/ + =), of varying length."""
    return "wamid." + base64.b64encode(b"\x1c\x18\x0b" + secrets.token_bytes(33 + secrets.randbelow(6))).decode()
