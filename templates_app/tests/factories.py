from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from meta_integration.tests.factories import MediaAssetFactory, WABAFactory
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent, TemplateSample, TemplateSync


class MessageTemplateFactory(DjangoModelFactory):
    """An approved one with a text and one gap, as Meta lists it."""

    class Meta:
        model = MessageTemplate

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
    name = Sequence("example_{}".format)
    language = "en_US"
    template_id = Sequence("30000{:010d}".format)
    status = statuses.APPROVED
    category = "UTILITY"
    components = [{"type": "BODY", "text": "Hello {{1}}, it is ready.", "example": {"body_text": [["Customer"]]}}]
    text = "Hello {{1}}, it is ready."


class TemplateSampleFactory(DjangoModelFactory):
    class Meta:
        model = TemplateSample

    template = SubFactory(MessageTemplateFactory)
    workspace = SelfAttribute("template.workspace")
    place = "header"
    asset = SubFactory(MediaAssetFactory, workspace=SelfAttribute("..workspace"))


class TemplateEventFactory(DjangoModelFactory):
    """Meta approved it."""

    class Meta:
        model = TemplateEvent

    template = SubFactory(MessageTemplateFactory)
    workspace = SelfAttribute("template.workspace")
    kind = TemplateEvent.Kind.STATUS
    was, became = statuses.PENDING, statuses.APPROVED
    source = TemplateEvent.Source.META


class TemplateSyncFactory(DjangoModelFactory):
    class Meta:
        model = TemplateSync

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
