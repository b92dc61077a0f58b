from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from workspaces.models import Membership, Role, User, Workspace


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
