"""Ending a pause that does not end by itself: one by which Meta slows a new template down (pacing)."""

from django.conf import settings
from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, GraphError, TokenRejected
from meta_integration.models import WABA
from meta_integration.services import clients, watch
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.services import news
from workspaces import services as workspaces
from workspaces.models import User

BY_PACING = "RATE_LIMITING_PAUSE"


class CannotUnpause(Exception):
    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


def is_paced(template: MessageTemplate) -> bool:
    """Whether the pause is one that a person can end."""
    info = template.status_info if isinstance(template.status_info, dict) else {}
    return template.status == statuses.PAUSED and BY_PACING in (info.get("title"), template.status_reason)


def unpause(template: MessageTemplate, user: User | None) -> None:
    """Ask Meta to let it go on. What became of it is read from Meta at once. Raises CannotUnpause."""
    if not is_paced(template) or not template.template_id:
        raise CannotUnpause(
            _("Only a pause by which Meta tries out a new template can be ended. Others end by themselves.")
        )
    if template.account.state != WABA.State.CONNECTED:
        raise CannotUnpause(_("The account is not connected to WhatsApp now. Connect it again first."))
    try:
        client = clients.graph_client_for(template.account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        client.unpause_template(template.template_id)
    except TokenRejected as exc:
        watch.refused(template.account, exc)
        raise CannotUnpause(_("Meta does not take the access any more. Connect the account again first.")) from exc
    except GraphAPIError as exc:
        words = plain_words(exc.code, exc.subcode) or exc.user_message or exc.details
        raise CannotUnpause(_("Meta refused it: %(words)s") % {"words": words}) from exc
    except (GraphError, clients.NoToken) as exc:
        raise CannotUnpause(_("Meta gave no answer. Look at the template in a minute, and try again then.")) from exc
    workspaces.note(template.workspace, user, "let a paused template go on", str(template))
    news.ask_soon(template)
