"""What the doctor asks of templates: work that stands still, and those in use that Meta stopped."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import Incident
from templates_app.services import work
from workspaces.doctor import Result, Visit, check, ok, warning

STUCK = timedelta(minutes=10)


@check("template_work", needs=("migrations",))
def template_work(visit: Visit) -> Iterator[Result]:
    """What was to be handed in or deleted at Meta is on its way."""
    lying = work.left_lying().filter(work_until__lt=timezone.now() - STUCK)
    oldest = lying.aggregate(oldest=Min("work_until"))["oldest"]
    if oldest is None:
        yield ok("template_work", _("Nothing that is to be done with a template at Meta lies about."))
        return
    minutes = int((timezone.now() - oldest).total_seconds() // 60)
    text = _("%(n)s templates wait to be submitted or deleted, the oldest for %(min)s minutes.")
    step = _("Is a worker of the queue “sync” running, and beat? Does the worker's log complain?")
    yield warning("template_work", text % {"n": lying.count(), "min": minutes}, step)


@check("stopped_templates", needs=("migrations",))
def stopped_templates(visit: Visit) -> Iterator[Result]:
    """No template that something uses is stopped."""
    stopped = Incident.objects.filter(kind=Incident.Kind.TEMPLATE_STOPPED, closed_at=None).count()
    if not stopped:
        yield ok("stopped_templates", _("No template that is in use is stopped by Meta."))
        return
    text = _("%(n)s templates that are in use are stopped by Meta.") % {"n": stopped}
    yield warning("stopped_templates", text, _("The shops are told. The support desk names the templates."))
