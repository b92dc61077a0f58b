from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from meta_integration.models import WABA, PhoneNumber
from meta_integration.sealed import seal
from workspaces.tests.factories import WorkspaceFactory

TOKEN = "EAAexampleTokenOfATest0123456789"


class WABAFactory(DjangoModelFactory):
    class Meta:
        model = WABA

    workspace = SubFactory(WorkspaceFactory)
    waba_id = Sequence("10000{:010d}".format)
    name = Sequence("Example Account {}".format)
    access_token = LazyAttribute(lambda account: seal(TOKEN, account.workspace.pk))


class PhoneNumberFactory(DjangoModelFactory):
    class Meta:
        model = PhoneNumber

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")  # One workspace along the whole chain.
    phone_number_id = Sequence("20000{:010d}".format)
    display_phone_number = Sequence("+1 555-02{:02d}-0000".format)
    verified_name = "Example Shop"
    is_registered = True
    is_default = True
