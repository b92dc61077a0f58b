"""What bin/_env tells the demo is what the settings understand."""

import subprocess
from pathlib import Path

import environ
from django.conf import settings


def test_the_demo_keeps_its_emails_in_its_own_folder():
    line = next(each for each in (settings.BASE_DIR / "bin/_env").read_text().splitlines() if "EMAIL_URL=" in each)
    shell = f'set -a; DEMO_DATA=/somewhere/demo; {line.strip()}; printf %s "$EMAIL_URL"'
    url = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert Path(environ.Env.email_url_config(url)["EMAIL_FILE_PATH"]) == Path("/somewhere/demo/mail")
