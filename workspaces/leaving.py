"""Who logged out, left the team or has another role now is told so on every page that is still open, at once.

The pages of the whole workspace look again at what they show; those of that person are led to where they belong.
"""

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from workspaces import live
from workspaces.models import Membership


@receiver(user_logged_out)
def logged_out(sender, request, user, **kwargs):
    if user is not None:
        for workspace_pk in Membership.objects.filter(user=user).values_list("workspace_id", flat=True):
            live.touch(workspace_pk)


@receiver([post_save, post_delete], sender=Membership)
def team_changed(sender, instance, **kwargs):
    live.touch(instance.workspace_id)
