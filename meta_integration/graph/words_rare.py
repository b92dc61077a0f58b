"""Words for templates, catalogs, registering a number, and features of WhatsApp that few shops use."""

from meta_integration.graph.words import Button, Who, Words, _

TEMPLATE_TODO = _("Change the template as Meta asks, and submit it again.")
VALUES_TODO = _("Check what is filled into the template, and send it again.")
LOOKED_AT = _(
    "The message is marked as failed and not tried again. Galantis reads the template at Meta anew: it may have been "
    "changed there. Its other messages go on."
)
NOT_SUBMITTED = _("The template was not submitted. Your text is kept.")
NOT_NEEDED = _("Nothing. Galantis does not use this; if you meant to, ask support.")
MIGRATION_TODO = _("Read what WhatsApp Manager says about the number, mend it there, and start again.")
LATER_TODO = _("Wait a while and start again.")
NOT_REGISTERED = _("The number was not registered, and nothing was saved.")


def template(happened: str, todo: str = TEMPLATE_TODO) -> Words:
    """A template that Meta does not take as it is written."""
    return Words(happened, NOT_SUBMITTED, todo, Who.YOU_HERE)


def values(happened: str, todo: str = VALUES_TODO, we_did: str | None = None) -> Words:
    """A message whose values do not fit its template."""
    return Words(happened, we_did, todo, Who.YOU_HERE)


def registering(happened: str, todo: str, who: Who = Who.YOU_AT_META) -> Words:
    """A number that could not be registered or moved to Galantis."""
    return Words(happened, NOT_REGISTERED, todo, who, Button.CONNECT)


TEMPLATES = {
    "132000": values(_("The template has more or fewer places to fill than values were given."), we_did=LOOKED_AT),
    "132001": Words(
        _("Meta knows no approved template with this name in this language."),
        _(
            "The messages of the template wait while Galantis asks Meta about it: one that was approved a moment ago "
            "is not known everywhere yet. A message that Meta refuses seven times is marked as failed."
        ),
        _("Look at the template's page under Templates: does Meta list it, and is it approved? Else send another one."),
    ),
    "132005": values(
        _("The template's text is too long once its values are filled in."),
        _("Shorten the values or the template, and send it again."),
        LOOKED_AT,
    ),
    "132007": Words(
        _("The content of this template breaks a rule of WhatsApp's."),
        todo=_("Read WhatsApp's messaging policy, change the template and submit it again, or send another one."),
    ),
    "132008": values(
        _("A value that was filled into the template is badly formed, for example empty or with line breaks.")
    ),
    "132012": values(
        _(
            "A value does not fit its place in the template: a text where a picture, a date or an amount belongs, "
            "or the reverse."
        ),
        we_did=LOOKED_AT,
    ),
    "132015": Words(
        _("Meta has paused this template, because customers blocked or reported it."),
        todo=_("Send another template, or improve this one. Meta ends the pause by itself after some hours or days."),
    ),
    "132016": Words(
        _("Meta has switched this template off for good, because it was paused too often."),
        _(
            "Galantis stopped sending this template. Its messages wait, and can be taken back in the conversation. One "
            "that Meta had taken before is marked as failed."
        ),
        todo=_("Make a new template with other content, and send that: this one does not come back."),
    ),
    "132018": values(_("Something in the values of this template is not what Meta expects.")),
    "134101": Words(_("The template is new and Meta has not made it ready yet, which takes up to ten minutes.")),
    "134102": Words(
        _("Meta could not make this template ready, or your account is not set up for this way of sending marketing."),
        todo=_("Finish the set-up for marketing messages in WhatsApp Manager, or ask support."),
        who=Who.YOU_AT_META,
    ),
    "134100": Words(
        _("This way of sending takes marketing templates only."),
        todo=_("Choose a marketing template, or send this one in the usual way."),
        who=Who.YOU_HERE,
    ),
    "100-2388019": template(
        _("Your account has as many templates as Meta allows it."), _("Delete templates that you no longer use.")
    ),
    "100-2388023": template(
        _("A template with this name was deleted a short while ago. Meta keeps the name blocked for up to 30 days."),
        _("Give the template another name."),
    ),
    "100-2388024": template(
        _("A template with this name exists already in this language."), _("Change that one, or choose another name.")
    ),
    "100-2388039": template(
        _("This template cannot be changed now: Meta is reviewing it, or it was changed too often today."),
        _("Wait for the end of the review, or until tomorrow."),
    ),
    "100-2388040": template(_("A text of the template is too long."), _("Shorten it, and submit it again.")),
    "100-2388047": template(_("Meta does not accept how the header of the template is written.")),
    "100-2388072": template(_("Meta does not accept how the text of the template is written.")),
    "100-2388073": template(_("Meta does not accept how the footer of the template is written.")),
    "100-2388293": template(
        _("The template has too many places to fill for so short a text."),
        _("Write more text around them, or use fewer places to fill."),
    ),
    "100-2388299": template(
        _("The text of the template begins or ends with a place to fill, which Meta does not allow."),
        _("Put a word before the first and after the last of them."),
    ),
}
CATALOG = {
    "100-2388027": Words(
        _("Your WhatsApp account already has a catalog, and Meta allows one."),
        todo=_("Use the catalog that is linked, or unlink it in WhatsApp Manager first."),
        who=Who.YOU_AT_META,
    ),
    "10800": Words(
        _("The catalog already has a product with this product number."),
        todo=_("Give each product a number of its own."),
        who=Who.YOU_HERE,
    ),
    "10801": Words(_("A product list for the catalog came without its file or link.")),
}
INSIGHTS = {
    "100-2388077": Words(_("These figures cannot be asked for together.")),
    "200005": Words(_("Meta has no figures about templates for your account."), todo=NOT_NEEDED, who=Who.META),
    "200006": Words(
        _("Figures about templates cannot be switched off for your account."), todo=NOT_NEEDED, who=Who.META
    ),
    "200007": Words(
        _("Figures about templates are not switched on for your account."),
        todo=_("Switch them on in WhatsApp Manager, under template insights."),
        who=Who.YOU_AT_META,
    ),
}
REGISTERING = {
    "133004": registering(_("Meta's registration service is not available for the moment."), LATER_TODO, Who.META),
    "133005": registering(
        _("The PIN is not the one that is set for this number."),
        _(
            "Start again with the right PIN. If nobody knows it, first turn two-step verification off in WhatsApp "
            "Manager."
        ),
        Who.YOU_HERE,
    ),
    "133008": registering(
        _("The PIN of this number was typed wrong too often, so Meta has locked it for a while."),
        _("Wait as long as Meta says in WhatsApp Manager, find the right PIN, and start again."),
        Who.YOU_HERE,
    ),
    "133009": registering(
        _("The PIN of this number was tried again too soon."), _("Wait some minutes and start again."), Who.YOU_HERE
    ),
    "133015": registering(
        _("This number was deleted a short while ago, and Meta has not finished that."),
        _("Wait five minutes and start again."),
        Who.META,
    ),
    "133016": registering(
        _("This number was registered or removed more than ten times in three days."),
        _("Wait 72 hours and start again."),
        Who.META,
    ),
    "2388001": registering(
        _("The number could not be moved: it does not prove to be yours, or its two-step verification is still on."),
        _("Turn two-step verification off where the number is now, and start again."),
    ),
    "2388012": registering(_("This number is already in your account."), _("Choose it from the list of your numbers.")),
    "2388091": registering(_("Meta sends no verification code to this number for now."), MIGRATION_TODO),
    "2388093": registering(_("This number cannot be verified with a code for now."), MIGRATION_TODO),
    "2388103": registering(_("This number cannot be moved to your account."), MIGRATION_TODO),
    "2494100": registering(_("Meta is moving this number just now."), LATER_TODO, Who.META),
    "2593107": Words(
        _("The chats of the phone app were already asked for, and Meta allows that once for a number."),
        we_did=_("Nothing: what Meta has handed over is in the inbox."),
        todo=_("Nothing. To ask again, the number must be connected anew."),
        who=Who.META,
    ),
    "2593108": Words(
        _("The chats of the phone app can be asked for only in the first 24 hours after connecting."),
        we_did=_("Nothing: new messages come in as always."),
        todo=_("Nothing. To have the older chats too, disconnect the number and connect it anew."),
        who=Who.YOU_HERE,
    ),
    "2593109": Words(
        _("You chose not to share older chats of the phone app."),
        we_did=_("Only new messages are taken over."),
        todo=_("Nothing. To share them, connect the number anew and choose so on the phone."),
        who=Who.YOU_AT_META,
    ),
}
PAYMENTS = {
    "134011": Words(
        _("The terms of WhatsApp Payments are not accepted for your account."),
        todo=_("Accept them in WhatsApp Manager."),
        who=Who.YOU_AT_META,
    ),
    "1752041": Words(
        _("Your account was already invited to Meta's marketing messages."),
        we_did=_("Nothing: one invitation is enough."),
        todo=_("Accept the invitation in Meta Business Suite."),
        who=Who.YOU_AT_META,
    ),
}
FLOWS = {
    "132068": Words(
        _("The form (flow) in this template is blocked by Meta."),
        todo=_("Mend the form in WhatsApp Manager, or send another template."),
        who=Who.YOU_AT_META,
    ),
    "132069": Words(
        _("The form (flow) in this template is held back by Meta: ten messages an hour."),
        todo=_("Nothing for now. Look at the form's state in WhatsApp Manager if it goes on."),
    ),
    "139000": Words(_("Meta blocked this form (flow) because of its rules."), todo=NOT_NEEDED),
    "139001": Words(_("The form (flow) could not be changed."), todo=NOT_NEEDED),
    "139002": Words(_("The form (flow) could not be published."), todo=NOT_NEEDED),
    "139003": Words(_("The form (flow) could not be retired."), todo=NOT_NEEDED),
    "139004": Words(_("The form (flow) could not be deleted."), todo=NOT_NEEDED),
}
BLOCKING = {
    "139100": Words(_("Some customers could not be blocked or unblocked."), todo=_("Try it again for those.")),
    "139101": Words(
        _("The list of blocked customers is full: Meta keeps 64,000."),
        todo=_("Unblock customers before you block others."),
        who=Who.YOU_AT_META,
    ),
    "139102": Words(_("The list of blocked customers was being changed by somebody else at the same time.")),
    "139103": Words(_("Meta could not change the list of blocked customers for the moment.")),
}
GROUPS = {
    "131020": Words(_("The WhatsApp group has a single member, so nothing can be sent to it."), todo=NOT_NEEDED),
    "131041": Words(_("The WhatsApp group does not exist, or your number is not in it."), todo=NOT_NEEDED),
    "131201": Words(_("A change to a WhatsApp group was made only in part."), todo=NOT_NEEDED),
    "131202": Words(_("The same person was named twice for a WhatsApp group."), todo=NOT_NEEDED),
    "131204": Words(_("A WhatsApp group has as many members as Meta allows."), todo=NOT_NEEDED),
    "131207": Words(_("Meta has suspended the WhatsApp group."), todo=NOT_NEEDED),
    "131208": Words(_("Too many requests about WhatsApp groups in a short time.")),
    "131209": Words(_("The picture of a WhatsApp group must be square."), todo=NOT_NEEDED),
    "131210": Words(_("The picture of a WhatsApp group is too small."), todo=NOT_NEEDED),
    "131211": Words(_("Your number has made as many WhatsApp groups as Meta allows."), todo=NOT_NEEDED),
    "131212": Words(_("The person is not in the WhatsApp group."), todo=NOT_NEEDED),
    "131213": Words(_("The request to join the WhatsApp group is no longer there."), todo=NOT_NEEDED),
    "131214": Words(_("Meta lets nobody make WhatsApp groups for the moment.")),
    "131215": Words(_("Your account may not use WhatsApp groups this way."), todo=NOT_NEEDED),
}
CALLING = {
    "138000": Words(_("Calls are not switched on for this number."), todo=NOT_NEEDED),
    "138001": Words(_("The customer cannot be called on WhatsApp."), todo=NOT_NEEDED, who=Who.CUSTOMER),
    "138002": Words(_("The number has as many calls at the same time as Meta allows.")),
    "138003": Words(_("The same call was started twice.")),
    "138004": Words(_("The call could not be connected.")),
    "138005": Words(_("Too many calls in a short time.")),
    "138006": Words(_("The customer has not allowed you to call."), todo=NOT_NEEDED, who=Who.CUSTOMER),
    "138007": Words(_("The call was not connected in time.")),
    "138009": Words(_("The customer was asked for permission to call too often.")),
    "138012": Words(_("Your business has made as many calls as Meta allows for now.")),
    "138013": Words(_("Meta was asked too often whether the customer allows calls.")),
    "138018": Words(_("Calls cannot be switched on for this number."), todo=NOT_NEEDED),
}
USERNAMES = {
    "147001": Words(
        _("This WhatsApp username is taken or not allowed."), todo=_("Choose another one."), who=Who.YOU_AT_META
    ),
    "147002": Words(_("Your account cannot have a WhatsApp username yet."), todo=NOT_NEEDED, who=Who.META),
    "147003": Words(
        _("A WhatsApp username needs a Facebook page linked to the account."),
        todo=_("Link the page in Meta Business Suite."),
        who=Who.YOU_AT_META,
    ),
    "147004": Words(
        _("A WhatsApp username needs an Instagram account linked to the account."),
        todo=_("Link the Instagram account in Meta Business Suite."),
        who=Who.YOU_AT_META,
    ),
    "147005": Words(
        _("The WhatsApp username belongs to another account and must be handed over first."),
        todo=_("Hand it over in Meta Business Suite."),
        who=Who.YOU_AT_META,
    ),
}
RARE = {
    **TEMPLATES,
    **CATALOG,
    **INSIGHTS,
    **REGISTERING,
    **PAYMENTS,
    **FLOWS,
    **BLOCKING,
    **GROUPS,
    **CALLING,
    **USERNAMES,
}
