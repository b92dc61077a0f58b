"""A template with real processes and the sandbox: handed in with a picture, reviewed, changed, read, deleted."""

import subprocess
import sys

import pytest
import requests

from tests.stack import ROOT, WABA, Stack

pytestmark = pytest.mark.e2e
HAND_IN = """
import io
from meta_integration.models import WABA
from meta_integration.services import media
from meta_integration.tests.samples import picture
from templates_app.models import TemplateSample
from templates_app.services import submitting, writing

account = WABA.objects.get(waba_id="%s")
text = "Hello {{1}}, the blue shoes are back in stock."
body = {"type": "BODY", "text": text, "example": {"body_text": [["Ann"]]}}
draft = {"category": "MARKETING", "components": [{"type": "HEADER", "format": "IMAGE"}, body]}
template = writing.create(account, "back_in_stock", "en_US", draft, None)
asset = media.store(account.workspace, io.BytesIO(picture("JPEG", size=(800, 600))), "shoe.jpg")
TemplateSample.objects.create(workspace=account.workspace, template=template, place="header", asset=asset)
submitting.submit(template, None)
"""
ON = """
from templates_app.models import MessageTemplate
from templates_app.services import deleting, submitting, sync
from copy import deepcopy
template = MessageTemplate.objects.get(name="back_in_stock")
"""
CHANGE = """
draft = {"category": template.category, "components": deepcopy(template.components)}
draft["components"][0].pop("example", None)
draft["components"][1]["text"] = "Hello {{1}}, the red shoes are back in stock."
template.draft = draft
template.save()
submitting.submit(template, None)
"""


def do(stack: Stack, code: str) -> None:
    command = [sys.executable, "manage.py", "shell", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


def column(stack: Stack, name: str):
    query = f"SELECT {name} FROM templates_app_messagetemplate WHERE name = 'back_in_stock'"  # noqa: S608 - names of our own
    return stack.sql(query)[0][0]


def becomes(stack: Stack, status: str) -> None:
    stack.wait_for(lambda: column(stack, "status") == status, f"it becomes {status}")


def test_a_template_lives_its_whole_life(stack: Stack):
    stack.open_shop()
    known = "SELECT count(*) FROM templates_app_messagetemplate WHERE status = 'APPROVED'"
    stack.wait_for(lambda: stack.sql(known)[0][0] >= 3, "the templates of the account are read once it is connected")
    stack.control("review", automatic=False)
    do(stack, HAND_IN % WABA)
    becomes(stack, "PENDING")
    assert column(stack, "draft") is None
    template_id = column(stack, "template_id")

    stack.control("template", template_id=template_id, do="approve")
    becomes(stack, "APPROVED")
    do(stack, ON + CHANGE)
    becomes(stack, "PENDING")
    theirs = requests.get(f"{stack.sandbox_url}/control/templates", {"waba_id": WABA}, timeout=10).json()
    mine = next(each for each in theirs if each["name"] == "back_in_stock")
    assert "red shoes" in str(mine["components"])
    stack.control("template", template_id=template_id, do="approve")
    becomes(stack, "APPROVED")

    stack.control("template", template_id=template_id, do="rate", quality="RED")
    stack.wait_for(lambda: column(stack, "quality") == "RED", "its quality is told")
    do(stack, ON + "sync.start(template.account)")
    ended = "SELECT error FROM templates_app_templatesync WHERE finished_at IS NOT NULL ORDER BY id"
    stack.wait_for(lambda: len(stack.sql(ended)) >= 2, "the list is read again")
    assert {error for (error,) in stack.sql(ended)} == {""}
    changed = "SELECT kind FROM templates_app_templateevent WHERE kind = 'components'"
    assert stack.sql(changed) == [], "what we sent is what Meta lists"

    do(stack, ON + "deleting.delete(template, None)")
    becomes(stack, "DELETED")
    assert column(stack, "name_blocked_until")
    assert "Traceback" not in stack.log_of("worker")
