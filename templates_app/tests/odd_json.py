"""Strategies of Hypothesis: anything that Meta or a person might put into a template."""

from hypothesis import strategies as st

from templates_app.tests.good_designs import GOOD_DESIGNS

ODD = [
    "{{1}}",
    "{{name}}",
    "{{}}",
    "BODY",
    "HEADER",
    "IMAGE",
    "URL",
    "OTP",
    "MPM",
    "PRODUCT",
    "AUTHENTICATION",
    "NAMED",
    "\0",
    "\ud800",
]
NAMES = [
    "type",
    "text",
    "format",
    "url",
    "buttons",
    "cards",
    "components",
    "example",
    "body_text",
    "body_text_named_params",
    "header",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)
BUTTON_KINDS = ["URL", "MPM", "COPY_CODE", "QUICK_REPLY", "FLOW", "OTP", "SPM", "PHONE_NUMBER"]
BUTTON = st.fixed_dictionaries(
    {"type": st.sampled_from(BUTTON_KINDS)},
    optional={
        "text": JSON,
        "url": JSON | st.just("https://example.com/{{1}}"),
        "example": JSON,
        "otp_type": JSON | st.just("ONE_TAP"),
        "supported_apps": JSON,
        "phone_number": JSON,
        "flow_id": JSON,
    },
)
PART_KINDS = ["HEADER", "body", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"]
PART = st.fixed_dictionaries(
    {"type": st.sampled_from(PART_KINDS)},
    optional={
        "text": JSON,
        "format": JSON | st.sampled_from(["IMAGE", "TEXT", "LOCATION", "PRODUCT"]),
        "buttons": JSON | st.lists(BUTTON, max_size=3),
        "cards": JSON | st.just(GOOD_DESIGNS["carousel"]["components"][1]["cards"]),
        "example": JSON,
        "limited_time_offer": JSON | st.just({"has_expiration": True}),
        "code_expiration_minutes": JSON,
        "add_security_recommendation": JSON,
    },
)
DESIGNS = st.fixed_dictionaries(
    {"components": JSON | st.lists(PART, max_size=5)},
    optional={
        "name": JSON,
        "language": JSON,
        "category": JSON | st.sampled_from(["MARKETING", "UTILITY", "AUTHENTICATION"]),
        "parameter_format": JSON | st.just("NAMED"),
        "message_send_ttl_seconds": JSON,
    },
)
