"""What of the inbox uses a template: the messages that wait to be sent with it."""

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from inbox.models import Message
from templates_app.models import MessageTemplate
from templates_app.uses import Use


def uses(template: MessageTemplate) -> list[Use]:
    """One for each number that has any."""
    waiting = Message.objects.filter(
        number__account=template.account_id, status=Message.Status.QUEUED, template=template
    ).order_by()
    counts = waiting.values_list("number__display_phone_number").annotate(count=Count("pk")).order_by("number")
    query = urlencode({"template__id__exact": template.pk, "status__exact": Message.Status.QUEUED})
    url = f"{reverse('admin:inbox_message_changelist')}?{query}"
    return [Use(_("Messages that wait"), number, count, url) for number, count in counts]
