"""The customer panel: who this is, what they want, what they bought; and what a person changes of it."""

from inbox import conversation
from inbox.views import thread_of
from workspaces.middleware import workspace_required


@workspace_required
def customer(request, pk):
    """The panel alone: for htmx, and as a page on a phone or without JavaScript."""
    return conversation.show(request, thread_of(request, pk), page="inbox/customer.html")
