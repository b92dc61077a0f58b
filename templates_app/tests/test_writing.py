"""Drafts: nothing that somebody wrote is lost, and nothing that Meta knows is touched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meta_integration.models import MediaAsset
from meta_integration.tests.factories import MediaAssetFactory, WABAFactory
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import writing
from templates_app.services.render import render
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import AuditEntry
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HELLO = {
    "category": "UTILITY",
    "parameter_format": "POSITIONAL",
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hello {{1}}!", "example": {"body_text": [["Ann"]]}},
    ],
}


@pytest.fixture
def account():
    return WABAFactory(catalogs=[])


@pytest.fixture
def draft(account):
    return writing.create(account, "hello", "en_US", HELLO, UserFactory())


def picture(account, **fields) -> MediaAsset:
    return MediaAssetFactory(workspace=account.workspace, origin="uploaded", mime_type="image/png", **fields)


def test_a_new_one_is_a_draft_with_its_words_and_its_first_event(draft):
    draft.refresh_from_db()
    assert (draft.status, draft.draft, draft.text, draft.template_id) == (statuses.DRAFT, HELLO, "Hello {{1}}!", "")
    assert draft.workspace_id == draft.account.workspace_id
    assert draft.events.get().kind == TemplateEvent.Kind.CREATED
    assert AuditEntry.objects.get().action == "wrote a template"


def test_a_name_is_taken_once_in_each_language(account, draft):
    with pytest.raises(writing.CannotWrite) as refused:
        writing.create(account, "hello", "en_US", HELLO, None)
    assert refused.value.field == "name"
    writing.create(account, "hello", "de", HELLO, None)


def test_a_deleted_one_is_begun_anew_when_meta_has_freed_the_name(account):
    old = MessageTemplateFactory(account=account, name="hello", status=statuses.DELETED)
    MessageTemplate.objects.update(name_blocked_until=timezone.now() + timedelta(days=3))
    with pytest.raises(writing.CannotWrite, match="until"):
        writing.create(account, "hello", "en_US", HELLO, None)
    with pytest.raises(writing.CannotWrite, match="until"):
        writing.create(account, "hello", "de", HELLO, None)
    MessageTemplate.objects.update(name_blocked_until=timezone.now() - timedelta(days=1))
    fresh = writing.create(account, "hello", "en_US", HELLO, None)
    assert fresh.pk == old.pk
    fresh.refresh_from_db()
    assert (fresh.status, fresh.template_id, fresh.components, fresh.draft) == (statuses.DRAFT, "", [], HELLO)


def test_saving_keeps_what_meta_has_beside_it():
    template = MessageTemplateFactory()
    saved = writing.save(template, HELLO, {}, UserFactory(), None)
    saved.refresh_from_db()
    assert saved.draft == HELLO
    assert (saved.status, saved.components, saved.text) == (template.status, template.components, template.text)


def test_who_comes_second_is_told_and_overwrites_nothing(draft):
    seen, first, second = draft.draft_saved_at, UserFactory(first_name="Ann"), UserFactory()
    writing.save(draft, HELLO, None, first, seen)
    with pytest.raises(writing.SavedMeanwhile, match="Ann"):
        writing.save(draft, HELLO | {"category": "MARKETING"}, None, second, seen)
    draft.refresh_from_db()
    assert draft.draft["category"] == "UTILITY"
    writing.save(draft, HELLO | {"category": "MARKETING"}, None, second, draft.draft_saved_at)


def test_the_same_saved_twice_by_the_same_person_is_no_conflict(draft):
    """Their first answer may have been lost on the way."""
    user, seen = UserFactory(), draft.draft_saved_at
    writing.save(draft, HELLO, None, user, seen)
    writing.save(draft, HELLO, None, user, seen)


@pytest.mark.parametrize("status", [each for each, facts in statuses.STATUSES.items() if not facts.may_edit])
def test_what_meta_holds_fast_is_not_written(status):
    template = MessageTemplateFactory(status=status)
    with pytest.raises(writing.CannotWrite):
        writing.save(template, HELLO, None, None, None)


def test_nothing_is_written_while_a_task_has_it(draft):
    MessageTemplate.objects.update(work="submitting", work_until=timezone.now() + timedelta(minutes=1))
    for act in (
        lambda: writing.save(draft, HELLO, None, None, draft.draft_saved_at),
        lambda: writing.discard(draft, None),
    ):
        with pytest.raises(writing.CannotWrite):
            act()


def test_name_and_language_change_until_meta_knows_them(account, draft):
    saved = writing.save(draft, HELLO, None, None, draft.draft_saved_at, name="hi", language="de")
    assert str(saved) == "hi (de)"
    MessageTemplateFactory(account=account, name="taken")
    with pytest.raises(writing.CannotWrite, match="already"):
        writing.save(saved, HELLO, None, None, saved.draft_saved_at, name="taken", language="en_US")
    with pytest.raises(writing.CannotWrite, match="copy"):
        writing.save(MessageTemplateFactory(account=account), HELLO, None, None, None, name="other")


def test_another_example_file_begins_its_upload_from_nothing(account, draft):
    saved = writing.save(draft, HELLO, {"header": picture(account).pk}, None, draft.draft_saved_at)
    saved.samples.update(handle="4::a", session="upload:1", sent_bytes=5)
    saved = writing.save(saved, HELLO, {"header": saved.samples.get().asset_id}, None, saved.draft_saved_at)
    assert saved.samples.get().handle == "4::a"
    other = picture(account)
    saved = writing.save(saved, HELLO, {"header": other.pk}, None, saved.draft_saved_at)
    sample = saved.samples.get()
    assert (sample.asset, sample.handle, sample.session, sample.sent_bytes) == (other, "", "", 0)
    writing.save(saved, HELLO, {}, None, saved.draft_saved_at)
    assert not saved.samples.exists()


def test_a_file_of_another_shop_is_no_example_here(draft):
    saved = writing.save(draft, HELLO, {"header": picture(WABAFactory()).pk}, None, draft.draft_saved_at)
    assert not saved.samples.exists()


def test_a_copy_has_the_words_the_examples_and_the_files_but_not_what_meta_gave(account):
    handle = {"header_handle": ["https://scontent.example/1"]}
    components = [{"type": "HEADER", "format": "IMAGE", "example": handle}, *HELLO["components"][1:]]
    template = MessageTemplateFactory(account=account, components=components, mapping={"body.1": {"source": "x"}})
    template.samples.create(workspace=template.workspace, place="header", asset=picture(account), handle="4::a")
    twin = writing.add_language(template, "de", None)
    assert (twin.name, twin.language, twin.status, twin.draft) == (template.name, "de", statuses.DRAFT, HELLO)
    assert (twin.mapping, twin.samples.get().handle) == (template.mapping, "")
    with pytest.raises(writing.CannotWrite):
        writing.add_language(template, "de", None)


def test_discarding_ends_what_meta_never_had_and_only_that(draft):
    assert writing.discard(draft, None) and not MessageTemplate.objects.exists()
    approved = MessageTemplateFactory(draft=HELLO, draft_saved_at=timezone.now())
    assert not writing.discard(approved, None)
    approved.refresh_from_db()
    assert (approved.draft, approved.draft_saved_at, approved.status) == (None, None, statuses.APPROVED)


def test_what_was_at_meta_once_keeps_its_history_when_a_new_draft_is_thrown_away(account):
    old = MessageTemplateFactory(account=account, name="hello", status=statuses.DELETED)
    old.events.create(workspace=old.workspace, kind="deleted", source="shop")
    writing.discard(writing.create(account, "hello", "en_US", HELLO, None), None)
    old.refresh_from_db()
    assert (old.status, old.draft) == (statuses.DELETED, None)


def test_a_file_chosen_in_a_draft_is_not_sent_before_meta_has_seen_it(account):
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look at this."}]
    template = MessageTemplateFactory(account=account, components=components)
    old, new = picture(account, file_name="old.png"), picture(account, file_name="new.png")
    template.samples.create(workspace=template.workspace, place="header", asset=old)

    def sent() -> int:
        return render(template, {}).content["template"]["components"][0]["parameters"][0]["image"]["asset"]

    draft = {"category": "UTILITY", "components": components}
    for pk in (new.pk, new.pk, 0, new.pk):
        template = writing.save(template, draft, {"header": pk}, None, template.draft_saved_at)
        assert sent() == old.pk
    writing.discard(template, None)
    assert (sent(), template.samples.get().asset) == (old.pk, old)


def test_the_rules_hear_of_those_others_that_can_matter(account, django_assert_num_queries):
    template = MessageTemplateFactory(account=account, name="mine")
    MessageTemplateFactory(account=account, name="mine", language="de", text="x", components=[])
    footed = [*template.components, {"type": "FOOTER", "text": "Bye"}]
    MessageTemplateFactory(account=account, name="same_words", components=footed, text=f"{template.text}\nBye")
    spaced = [{"type": "BODY", "text": template.text.replace(" ", "\n ")}]
    MessageTemplateFactory(account=account, name="spaced", components=spaced, text=spaced[0]["text"])
    writing.create(account, "a_draft", "en_US", {**HELLO, "components": template.components}, None)
    MessageTemplateFactory(account=account, name="refused", status=statuses.REJECTED)
    MessageTemplateFactory(account=account, name="another", text="Something else", components=[])
    MessageTemplateFactory(name="mine", language="fr")
    MessageTemplateFactory(account=account, name="gone", status=statuses.DELETED)
    with django_assert_num_queries(2):
        around = writing.around(template)
    assert around.others == (
        ("mine", "de", "UTILITY", ""),
        ("same_words", "en_US", "UTILITY", f"{template.text}\nBye"),
        ("spaced", "en_US", "UTILITY", spaced[0]["text"]),
        ("a_draft", "en_US", "UTILITY", ""),
        ("refused", "en_US", "UTILITY", ""),
    )
    assert (around.samples, around.has_catalog) == ({}, False)


@pytest.mark.parametrize(
    "text", ["a (b", "[x]{{1}}? *+ \\d #~&", "\ue000 😀 é", "x" * 1024, "y " + "x" * 60_000, "{{" * 400, "\t \n"]
)
def test_whatever_the_text_is_others_can_be_looked_for(account, text):
    template = MessageTemplateFactory(account=account, name="mine", components=[{"type": "BODY", "text": text}])
    MessageTemplateFactory(account=account, name="same", components=template.components, text=text)
    assert len(writing.around(template).others) == (1 if text.strip() else 0)


def test_the_rules_hear_of_example_files_and_the_catalog(account, draft):
    account.catalogs = [{"id": "1", "name": "Shop"}]
    account.save()
    saved = writing.save(draft, HELLO, {"header": picture(account).pk}, None, draft.draft_saved_at)
    around = writing.around(saved)
    assert (around.samples, around.has_catalog) == ({"header": "image/png"}, True)
