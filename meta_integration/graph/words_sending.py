"""Words for what stops an account, a number or a message to a customer. Rarer troubles are in words_rare.py."""

from meta_integration.graph.words import Button, Who, Words, _

RECONNECT_TODO = _("Connect the account again, and tick every permission that Meta asks about.")
MEDIA_TODO = _("Save the file as JPG, PNG, MP4 or PDF, make it smaller if it is large, and send it again.")
NOTHING_TODO = _("Nothing: it goes out by itself.")
SUPPORT_TODO = _("Send support this code: the mistake is in Galantis or its setup, not in what you wrote.")

CONNECTION = {
    "0": Words(_("Meta could not log Galantis in: your log-in has expired or was taken back.")),
    "3": Words(
        _("Meta does not let Galantis do this for your account."),
        todo=_("Connect the account again. If it happens once more, tell support: Meta may have restricted Galantis."),
    ),
    "10": Words(
        _("Galantis has no permission for this at Meta: it was never given or was taken back."), todo=RECONNECT_TODO
    ),
    "102": Words(_("Your log-in at Meta has ended or was taken back.")),
    "104": Words(
        _("Meta could not check that a request really came from Galantis."), todo=SUPPORT_TODO, who=Who.SUPPORT
    ),
    "190": Words(_("Meta no longer accepts the access that you gave Galantis.")),
    "190-458": Words(_("Galantis was removed from your business at Meta, so it may no longer send for you.")),
    "190-459": Words(
        _("Meta has put a security check on the Facebook account that connected your shop."),
        todo=_("Log in at facebook.com and finish the check there. Then connect the account again."),
        who=Who.YOU_AT_META,
    ),
    "190-460": Words(
        _("The password of the Facebook account that connected your shop was changed, and that ended the connection.")
    ),
    "190-463": Words(_("The log-in that connected your shop has reached its end date.")),
    "190-464": Words(
        _("The Facebook account that connected your shop is not confirmed."),
        todo=_("Confirm the account at facebook.com. Then connect the account again."),
        who=Who.YOU_AT_META,
    ),
    "190-467": Words(_("The access that you gave Galantis has expired or was taken back at Meta.")),
    "190-492": Words(
        _("The person who connected your shop no longer has the needed role in your business at Meta."),
        todo=_("Let somebody with full control of the WhatsApp Business Account connect it again."),
    ),
    "200": Words(_("Galantis has no permission for your WhatsApp Business Account."), todo=RECONNECT_TODO),
    "200-299": Words(
        _("A permission that Galantis needs at Meta was not given or was taken back."), todo=RECONNECT_TODO
    ),
    "131005": Words(_("Meta denied access: a permission was not given or was taken back."), todo=RECONNECT_TODO),
}
ACCOUNT = {
    "368": Words(
        _("Meta has restricted or disabled your account, because it sees a violation of WhatsApp's rules."),
        todo=_(
            "Open Account quality in WhatsApp Manager, read what Meta objects to, and ask for a review. "
            "Once Meta lifts it, let the numbers send again."
        ),
    ),
    "131031": Words(
        _("Meta has locked your account, or a detail of the request, such as the PIN, did not match."),
        todo=_(
            "Open Account quality in WhatsApp Manager and follow what Meta asks there. "
            "Once Meta lifts it, let the numbers send again."
        ),
    ),
    "131042": Words(
        _("Meta cannot charge you: something is wrong with the payment method of your WhatsApp Business Account."),
        todo=_(
            "Open Billing in Meta Business Suite and add or mend the payment method; check currency and time zone too. "
            "Then let the numbers send again."
        ),
    ),
    "131044": Words(
        _("Meta cannot charge your WhatsApp Business Account."),
        todo=_("Open Billing in Meta Business Suite and mend the payment method. Then let the numbers send again."),
    ),
    "131063": Words(
        _("Marketing templates are switched off for your account on this way of sending."),
        todo=_("Switch marketing templates on again in WhatsApp Manager, or ask support."),
        who=Who.YOU_AT_META,
    ),
    "131064": Words(
        _("Meta limits your account for a while, because templates were put in the wrong category."),
        todo=_(
            "Put your templates in the right category in WhatsApp Manager. Meta lifts the limit by itself after the "
            "time it names there; then let the numbers send again."
        ),
    ),
}
NUMBER = {
    "33": Words(
        _("This phone number was deleted at Meta."),
        todo=_("Add the number again in WhatsApp Manager and connect it again, or send from another number."),
        button=Button.CONNECT_AGAIN,
    ),
    "131037": Words(
        _("The display name of this number is not approved by Meta yet."),
        todo=_("Give the number a display name in WhatsApp Manager and wait for the approval. Then let it send again."),
    ),
    "131045": Words(
        _("Meta no longer knows this number as registered for sending."),
        todo=_("Open Phone numbers, choose this number and register it with its PIN."),
        who=Who.YOU_HERE,
        button=Button.REGISTER,
    ),
    "131048": Words(
        _("Too many customers blocked or reported messages of this number, so Meta limits it."),
        todo=_(
            "Stop campaigns from this number and write only to customers who expect it. Look at the number's quality "
            "in WhatsApp Manager; when it has recovered, let the number send again."
        ),
    ),
    "131057": Words(_("Meta is working on this number just now, which takes about a minute.")),
    "133000": Words(
        _("An earlier removal of this number at Meta did not finish."),
        todo=_("Connect the account again and choose this number. If that fails, tell support."),
        who=Who.YOU_HERE,
        button=Button.CONNECT_AGAIN,
    ),
    "133006": Words(
        _("Meta wants the phone number to be verified again before it can send."),
        todo=_("Open Phone numbers, choose this number, verify it by a code, and register it with its PIN."),
        who=Who.YOU_HERE,
        button=Button.REGISTER,
    ),
    "133010": Words(
        _("This number is not registered for sending at Meta."),
        todo=_("Open Phone numbers, choose this number and register it with its PIN."),
        who=Who.YOU_HERE,
        button=Button.REGISTER,
    ),
}
LIMITS = {
    "4": Words(_("Galantis as a whole made more requests than Meta allows in this time.")),
    "17": Words(_("More requests were made with your log-in than Meta allows in this time.")),
    "32": Words(_("More requests were made for your page than Meta allows in this time.")),
    "341": Words(_("Meta holds Galantis back for a while, because it made very many requests.")),
    "613": Words(_("This kind of request was made more often than Meta allows in this time.")),
    "80001": Words(_("More requests were made for your page account than Meta allows in this time.")),
    "80007": Words(_("Galantis looked things up for your account more often than Meta allows in an hour.")),
    "80008": Words(_("Galantis managed your WhatsApp Business Account more often than Meta allows in an hour.")),
    "80009": Words(_("Galantis changed your catalog more often than Meta allows in this time.")),
    "80014": Words(_("Galantis sent more catalog updates than Meta allows in this time.")),
    "130429": Words(_("This number sent more messages a second than Meta allows it.")),
    "131056": Words(_("This customer got too many messages from this number in a short time.")),
}
TROUBLE_AT_META = {
    "1": Words(_("Meta could not make sense of the request, or had trouble of its own.")),
    "2": Words(_("Meta's service is down or overloaded for the moment.")),
    "131000": Words(_("Something went wrong at Meta, and Meta does not say what.")),
    "131016": Words(_("A service of Meta's is not available for the moment.")),
}
CUSTOMER = {
    "130403": Words(
        _("You have blocked this customer on WhatsApp."),
        todo=_("Unblock the customer if you want to write to them again."),
        who=Who.YOU_AT_META,
    ),
    "130472": Words(
        _("Meta held this marketing message back: the customer is part of one of Meta's experiments."),
        todo=_("Nothing is wrong with your shop. Reach the customer in another way, or wait until they write to you."),
        who=Who.META,
    ),
    "130497": Words(
        _("Meta does not allow your account to write to customers in this country."),
        todo=_("Leave customers of this country out. Meta's business messaging policy says what is allowed where."),
        who=Who.YOU_AT_META,
    ),
    "131021": Words(
        _("The message was addressed to the number it was sent from."),
        todo=_("Choose another recipient: a number cannot write to itself."),
        who=Who.YOU_HERE,
    ),
    "131026": Words(
        _(
            "WhatsApp could not deliver this message. The number may not be on WhatsApp, the customer's app may be "
            "too old, or they have not accepted WhatsApp's new terms."
        ),
        todo=_(
            "Check the number. If it is right, ask the customer in another way to update WhatsApp. "
            "One such failure proves nothing; several on several days mean that the number is not reachable."
        ),
    ),
    "131030": Words(
        _("This is a test number of Meta's, and the customer is not on its list of allowed recipients."),
        todo=_("Add the customer's number to the list at Meta, or connect a number of your own."),
        who=Who.YOU_AT_META,
    ),
    "131036": Words(
        _("At least one device of the customer could not show the message, and its text is no longer stored at Meta.")
    ),
    "131049": Words(
        _("Meta did not deliver this marketing message, so that the customer does not get too many of them."),
        todo=_(
            "Wait at least 24 hours before the next marketing message to this customer. Trying again sooner makes it "
            "worse. When the customer writes to you, you can answer at once."
        ),
        who=Who.META,
    ),
    "131050": Words(
        _("This customer has chosen to get no marketing messages from you."),
        todo=_("Respect it: no more marketing to this customer, until they choose otherwise in WhatsApp."),
    ),
    "131062": Words(
        _("The customer is known only by a WhatsApp name, and this kind of message needs a phone number."),
        todo=_("Ask the customer for their phone number, or send another kind of message."),
        who=Who.YOU_HERE,
    ),
    "137000": Words(
        _("The customer's WhatsApp was set up anew, so Meta could not be sure that it is the same person."),
        todo=_("Make sure that it is still your customer. Then write to them again."),
        who=Who.YOU_HERE,
    ),
}
MESSAGE = {
    "100": Words(_("Meta found something in the request that it does not accept.")),
    "100-33": Words(
        _("Meta does not know what the request is about, or Galantis may no longer see it."),
        todo=_("Connect the account again. If it stays, send support this code."),
        who=Who.YOU_HERE,
        button=Button.CONNECT_AGAIN,
    ),
    "803": Words(_("Meta does not know what the request is about: it was deleted, or Galantis may not see it.")),
    "131008": Words(_("Something that Meta requires is missing in the message."), todo=SUPPORT_TODO),
    "131009": Words(
        _("Something in the message has a value that Meta does not accept, or the message reacted to is too old."),
        todo=_("Check phone number and content, and send it again. If it stays, send support this code."),
        who=Who.YOU_HERE,
    ),
    "131014": Words(
        _("Meta could not fetch the file behind a link in the message."),
        todo=_("Check that the link opens for everybody without a log-in, and send the message again."),
        who=Who.YOU_HERE,
    ),
    "131035": Words(
        _("Meta could not hand something over in time and has deleted it."),
        todo=_("Ask the customer to send it again, if one of their messages is missing."),
        who=Who.CUSTOMER,
        we_did=_("Galantis noted it. There is nothing that could be fetched again."),
    ),
    "131047": Words(
        _(
            "More than 24 hours have passed since the customer's last message, so WhatsApp takes only a template "
            "and not a free answer."
        )
    ),
    "131051": Words(
        _("WhatsApp does not support this kind of message."),
        todo=_("Send it in another form: as text, picture or document."),
        who=Who.YOU_HERE,
    ),
    "131052": Words(
        _("A file that the customer sent could not be fetched from WhatsApp, for example because it is too large."),
        todo=_("Ask the customer to send it again, smaller or in another way."),
        who=Who.CUSTOMER,
        we_did=_("The message is kept without its file."),
    ),
    "131053": Words(
        _("WhatsApp did not take the file in this message: its type, its size or its link is wrong."),
        todo=MEDIA_TODO,
        who=Who.YOU_HERE,
    ),
    "131055": Words(
        _("This way of sending takes marketing templates only."),
        todo=_("Send a marketing template, or ask support to send from your account in the usual way."),
    ),
    "131059": Words(
        _("A list that was read from Meta page by page could not be read to its end."),
        we_did=_("Galantis reads it again from the start the next time."),
        todo=NOTHING_TODO,
    ),
    "131060": Words(
        _("A message of the customer could not be handed to Galantis. It may still come."),
        we_did=_("Galantis shows a placeholder, and puts the message in its place when it comes."),
        todo=_("Look at the message on the phone, or ask the customer to send it again."),
        who=Who.CUSTOMER,
    ),
    "135000": Words(_("Meta refused the message and does not say why.")),
}
SENDING = {**CONNECTION, **ACCOUNT, **NUMBER, **LIMITS, **TROUBLE_AT_META, **CUSTOMER, **MESSAGE}
