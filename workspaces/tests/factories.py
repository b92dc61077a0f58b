from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from workspaces.models import AuditEntry, Membership, Role, User, Workspace


class WorkspaceFactory(DjangoModelFactory):
    class Meta:
        model = Workspace

    name = Sequence("Example Shop {}".format)
    slug = Sequence("example-shop-{}".format)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = Sequence("person-{}".format)
    password = Password("correct horse")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)
    workspace = SubFactory(WorkspaceFactory)
    role = Role.OWNER


class AuditEntryFactory(DjangoModelFactory):
    class Meta:
        model = AuditEntry

    workspace = SubFactory(WorkspaceFactory)
    actor = SubFactory(UserFactory)
    actor_label = SelfAttribute("actor.username")
    action = "role changed"
    target = "person"
