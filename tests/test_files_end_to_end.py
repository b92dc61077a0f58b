"""A customer's picture, with real processes: fetched from Meta by a worker, and given to the shop's people alone."""

import base64
import subprocess
import sys

import pytest
import requests

from meta_integration.tests.samples import picture
from tests.stack import CUSTOMER, NUMBER, ROOT, Stack

pytestmark = pytest.mark.e2e
PICTURE = picture("JPEG", size=(64, 48))


def test_a_customers_picture_is_fetched_and_shown_to_members_alone(stack: Stack):
    merchant = stack.open_shop()
    sent = {"type": "image", "image": {"caption": "This one?"}}
    file = base64.b64encode(PICTURE).decode()
    stack.control("inbound", customer=CUSTOMER, phone_number_id=NUMBER, message=sent, file=file, mime_type="image/jpeg")

    ready = "SELECT id, width, height FROM meta_integration_mediaasset WHERE state = 'ready'"
    ((asset, *measures),) = stack.wait_for(lambda: stack.sql(ready), "the picture is fetched")
    assert measures == [64, 48]
    url = f"{stack.web_url}/media/{asset}/"
    assert merchant.get(url, timeout=10).content == PICTURE
    ((thread, wamid),) = stack.sql("SELECT thread_id, wamid FROM inbox_message")
    assert f'<img src="/media/{asset}/"' in merchant.get(f"{stack.web_url}/inbox/{thread}/", timeout=10).text
    assert stack.logged_in("second-merchant").get(url, timeout=10).status_code == 404
    assert requests.get(url, timeout=10, allow_redirects=False).status_code == 302

    said = "SELECT 1 FROM inbox_message WHERE wamid = %s AND told_read_at IS NOT NULL"
    stack.wait_for(lambda: stack.sql(said, wamid), "WhatsApp is told that it was read")
    assert "was not told" not in stack.log_of("worker")


UPLOADS = """
import io
from meta_integration.models import PhoneNumber
from meta_integration.services import media, resumable
from meta_integration.services.clients import graph_client_for
from meta_integration.tests.samples import picture

number = PhoneNumber.objects.get(phone_number_id="{number}")
client = graph_client_for(number.account)
asset = media.store(number.workspace, io.BytesIO(picture("PNG")), "blue shoe.png")
media_id = media.upload(asset, number, client).media_id
assert client.media_info(media_id, number.phone_number_id)["sha256"] == asset.sha256
back = io.BytesIO()
client.download_media(client.media_info(media_id, number.phone_number_id)["url"], back, most=10_000)
assert back.getvalue() == picture("PNG")
assert resumable.handle_for(asset, client)
client.delete_media(media_id, number.phone_number_id)
print("all went up")
"""


def test_our_files_go_up_both_ways_and_come_back(stack: Stack):
    stack.start("sandbox", "web")
    stack.wait_for(lambda: requests.get(f"{stack.web_url}/healthz", timeout=5).ok, "web")
    stack.wait_for(lambda: requests.get(stack.sandbox_url, timeout=5).ok, "sandbox")
    stack.connect(stack.logged_in("merchant"))
    code = UPLOADS.format(number=NUMBER)
    command = [sys.executable, "manage.py", "shell", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, text=True)
    assert "all went up" in done.stdout, done.stderr[-2000:]
