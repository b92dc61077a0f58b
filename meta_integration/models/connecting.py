"""Ways to give and renew an access, and to have it forgotten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from meta_integration.models.accounts import WABA
from meta_integration.sealed import SealedTextField
from workspaces.models import User, WorkspaceModel


class ReconnectLink(WorkspaceModel):
    """A way for somebody without a log-in to renew one account's access at Meta: once, and not for long."""

    account = models.ForeignKey(WABA, on_delete=models.CASCADE, verbose_name=_("account"))
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("made by"))
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("good until"))
    mailed_to = models.JSONField(_("mailed to"), default=list, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("reconnect link")

    def __str__(self):
        return f"{self.account} {self.expires_at:%Y-%m-%d %H:%M}"


class ConnectAttempt(WorkspaceModel):
    """A log-in at Meta that came back and waits for the person to choose or confirm. Deleted when done or old.

    `account` is set when it is to renew that account; `link` when somebody without a log-in here came by one.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    account = models.ForeignKey(WABA, on_delete=models.CASCADE, null=True)
    link = models.ForeignKey(ReconnectLink, on_delete=models.CASCADE, null=True)
    access_token = SealedTextField()
    token_expires_at = models.DateTimeField(null=True)
    data_access_expires_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list)
    meta_user_id = models.CharField(max_length=64, blank=True)
    found = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)


class DataDeletion(models.Model):
    """Somebody asked Meta, and Meta asked us, to delete what we have of them. Shown to them by its code."""

    confirmation_code = models.CharField(_("code"), max_length=40, unique=True)
    requested_at = models.DateTimeField(_("asked"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    # Whose, and when they asked: forgotten too, once it is done.
    meta_user_id = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    # How many accounts' accesses were forgotten for it.
    account_count = models.PositiveIntegerField(_("accounts"), default=0)

    class Meta:
        verbose_name = _("request to delete data")

    def __str__(self):
        return self.confirmation_code
