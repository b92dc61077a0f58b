"""What follows for the inbox when a person logs out, leaves a team, or may no longer answer."""

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from inbox.services import duty, work
from workspaces.models import REPLIERS, Membership, User


@receiver(user_logged_out)
def _logged_out(sender, user, **kwargs):
    if user:
        duty.end_everywhere(user)


# Before: the person's rows still say what is theirs.
@receiver(pre_delete, sender=Membership)
def _left(sender, instance, **kwargs):
    work.left(instance.workspace_id, instance.user)


@receiver(post_save, sender=Membership)
def _may_only_look(sender, instance, created, **kwargs):
    if not created and instance.role not in REPLIERS:
        work.left(instance.workspace_id, instance.user)


@receiver(post_save, sender=User)
def _closed(sender, instance, created, **kwargs):
    if not created and not instance.is_active:
        for pk in instance.memberships.values_list("workspace", flat=True):
            work.left(pk, instance)
