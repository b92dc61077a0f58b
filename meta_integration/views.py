"""The merchant's way to connect, and the error book."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from meta_integration import serving, wizard
from meta_integration.error_book import chapters
from meta_integration.forms import AccountTokenForm, ChooseNumbersForm, PinForm, TokenForm
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, ConnectAttempt, MediaAsset, PhoneNumber
from meta_integration.pages import (
    CATALOGS,
    FULL_PAGE,
    POP_UP,
    known_mark,
    manager_required,
    new_mark,
    page,
    problem_page,
    redirect_uri,
    with_sdk,
)
from meta_integration.services import after_connecting, catalog_access, connect, setup
from meta_integration.services import by_token as connecting
from meta_integration.services import connect_problems as problems
from workspaces.middleware import workspace_required


# Logging in at Meta --------------------------------------------------------------------------------------------------
@with_sdk
@manager_required
def new(request):
    """The ways to connect: Meta's window, Meta's full page, a token."""
    context = {
        "title": _("Connect WhatsApp"),
        "steps": wizard.steps("authorize"),
        "app_id": settings.META_APP_ID,
        "config_id": settings.META_LOGIN_CONFIG_ID,
        "graph_version": settings.GRAPH_VERSION,
        "sdk_url": f"{settings.SDK_BASE_URL}/en_US/sdk.js",
        "dialog_origin": settings.DIALOG_BASE_URL,
        "has_accounts": WABA.objects.for_workspace(request.workspace).exists(),
    }
    return page(request, "meta_integration/new.html", context)


@manager_required
def start(request):
    """Off to Meta's log-in, with a mark that only this browser can bring back, once, within ten minutes."""
    if request.method != "POST":  # After a log-in in between, a browser comes back here with GET.
        return redirect("admin:meta_integration_waba_changelist")
    account = None
    if request.POST.get("account"):  # To renew this one's access.
        mine = WABA.objects.for_workspace(request.workspace)
        account = get_object_or_404(mine, pk=as_int(request.POST["account"]))
    return redirect(connect.login_url(new_mark(request, FULL_PAGE, account), redirect_uri()))


@manager_required
def mark(request):
    """The same mark, for the log-in in Meta's window that is being opened."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return JsonResponse({"state": new_mark(request, POP_UP)})


@manager_required
def code(request):
    """What Meta's window brought: a code. The ids beside it only say what to tick first."""
    if request.method != "POST":  # Reloaded after a log-in in between.
        return redirect("meta_integration:new")
    if known_mark(request, request.POST.get("state", ""), POP_UP) is None:
        return problem_page(request, problems.not_ours())
    if not request.POST.get("code"):
        return problem_page(request, problems.no_answer_from_pop_up())
    try:
        attempt = connect.take_code(request.workspace, request.user, request.POST["code"], "")
    except problems.ConnectProblem as problem:
        return problem_page(request, problem)
    hints = {name: request.POST[name] for name in ("waba_id", "phone_number_id") if request.POST.get(name)}
    return redirect(f"{reverse('meta_integration:choose', args=[attempt.pk])}?{urlencode(hints)}".rstrip("?"))


@manager_required
def callback(request):
    """Back from Meta's log-in, with a code or with a refusal."""
    known = known_mark(request, request.GET.get("state", ""), FULL_PAGE, CATALOGS)
    if known is None:
        return problem_page(request, problems.not_ours())
    if "code" not in request.GET:
        return problem_page(request, problems.refused_by_person())
    account = WABA.objects.for_workspace(request.workspace).filter(pk=known.get("account")).first()
    if known["way"] == CATALOGS:
        return _catalog_code(request, account)
    try:
        attempt = connect.take_code(
            request.workspace, request.user, request.GET["code"], redirect_uri(), account=account
        )
    except problems.ConnectProblem as problem:
        return problem_page(request, problem, account=account)
    # A page of its own: reloading it must not use the code again.
    return redirect("meta_integration:difference" if account else "meta_integration:choose", attempt.pk)


@manager_required
def by_token(request):
    """Connect with a token that the person has already."""
    form = AccountTokenForm(_posted(request))
    if form.is_valid():
        attempt = connecting.begin(
            request.workspace, request.user, form.cleaned_data["token"], form.cleaned_data["waba_id"]
        )
        return redirect("meta_integration:checked", attempt.pk)
    context = {"title": _("Connect with a token"), "form": form, "steps": wizard.steps("authorize")}
    return page(request, "meta_integration/by_token.html", context)


@manager_required
def checked(request, pk):
    """How each call went that the token must allow, and the way on or to try again."""
    attempt = _attempt(request, pk)
    if request.method == "POST":
        connecting.again(attempt)
        return redirect("meta_integration:checked", attempt.pk)
    steps = connecting.steps_of(attempt)
    context = {
        "title": _("What the token allows"),
        "attempt": attempt,
        "checks": [{**step, "title": _(connecting.TITLES.get(step.get("name"), ""))} for step in steps],
        "is_good": bool(steps) and not attempt.found[0]["problem"],
        "steps": wizard.steps("authorize"),
    }
    return page(request, "meta_integration/checked.html", context)


# Choosing ------------------------------------------------------------------------------------------------------------
@manager_required
def choose(request, pk):
    """Choose the account, then its numbers with their PINs."""
    attempt = _attempt(request, pk)
    waba = _waba_chosen(request, attempt)
    if waba is None:
        mine = WABA.objects.for_workspace(request.workspace).filter(state=WABA.State.CONNECTED)
        context = {"title": _("Choose the account"), "attempt": attempt, "steps": wizard.steps("account")}
        context["connected"] = set(mine.values_list("waba_id", flat=True))
        return page(request, "meta_integration/choose_account.html", context)
    if waba.get("account"):
        return redirect("meta_integration:setup", waba["account"])
    if mine := connect.live_account(request.workspace, waba["waba_id"]):
        # Its access is to be renewed: not before the difference was seen.
        return redirect("meta_integration:difference", connect.to_renew(attempt, mine).pk)
    if setup.is_at_work(waba):
        context = {"title": _("Connecting …"), "steps": wizard.steps("register"), "waba": waba}
        return page(request, "meta_integration/at_work.html", context)
    current = PhoneNumber.objects.for_workspace(request.workspace).filter(is_default=True, is_registered=True)
    in_use = Q(account__state=WABA.State.CONNECTED) | ~Q(account__waba_id=waba["waba_id"])
    current = current.filter(in_use, state=PhoneNumber.State.CONNECTED).first()
    form = ChooseNumbersForm(waba, _posted(request), keeps_default=current is not None)
    if form.is_valid():
        return _connect(request, attempt, waba, form)
    context = {
        "title": _("Choose your numbers"),
        "form": form,
        "waba": waba,
        "rows": [_row(request, form, number) for number in waba["numbers"]],
        "current": current,
        "others": len([each for each in attempt.found if not each["problem"]]) > 1,
        "steps": wizard.steps("numbers"),
    }
    return page(request, "meta_integration/choose.html", context)


def _posted(request):
    return request.POST if request.method == "POST" else None


def _attempt(request, pk) -> ConnectAttempt:
    """A log-in of this person's own."""
    attempts = ConnectAttempt.objects.for_workspace(request.workspace).select_related("workspace", "user")
    return get_object_or_404(attempts, pk=pk, user=request.user)


def _connect(request, attempt: ConnectAttempt, waba: dict, form: ChooseNumbersForm):
    again = f"{reverse('meta_integration:choose', args=[attempt.pk])}?{urlencode({'waba_id': waba['waba_id']})}"
    try:
        account = setup.connect_numbers(attempt, waba["waba_id"], form.pins, form.cleaned_data["default"])
    except (setup.AtWork, setup.IsConnected):
        return redirect(again)
    except problems.ConnectProblem as problem:
        return problem_page(request, problem, again=again if problem.may_go_on else "")
    if account is None:  # The page says of each number why.
        return redirect(again)
    messages.success(request, _("“%(name)s” is connected. Messages can flow now.") % {"name": account})
    return redirect("meta_integration:setup", account.pk)


def _waba_chosen(request, attempt: ConnectAttempt) -> dict | None:
    """The account that was chosen, or the only one there is to choose."""
    usable = [waba for waba in attempt.found if not waba["problem"]]
    wanted = request.POST.get("waba_id") or request.GET.get("waba_id")
    chosen = [waba for waba in usable if waba["waba_id"] == wanted]
    return chosen[0] if chosen else usable[0] if len(usable) == 1 else None


def _row(request, form: ChooseNumbersForm, number: dict) -> dict:
    """One number as the page offers it."""
    name = f"pin-{number['id']}"
    hinted = request.GET.get("phone_number_id", "")
    ticked = form["number"].value() or [] if form.is_bound else [hinted]
    is_only = len(form.waba["numbers"]) == 1
    return {
        **number,
        "is_ticked": number["id"] in ticked or is_only or bool(number.get("result")),
        "is_default": form["default"].value() == number["id"] if form.is_bound else False,
        "needs_pin": name in form.fields,
        "pin_name": name,
        "pin_errors": form.errors.get(name, []),
        "said": problems.said_of(number["result"]) if number.get("result") else None,
    }


# Once connected ------------------------------------------------------------------------------------------------------
@manager_required
def setup_page(request, pk):
    """How each step went for an account that is connected; what failed can be tried again here."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    numbers = PhoneNumber.objects.for_workspace(request.workspace).filter(account=account).order_by("-is_default", "pk")
    numbers = numbers.filter(state=PhoneNumber.State.CONNECTED)  # One that was removed is brought back on its own page.
    form, tried = PinForm(_posted(request)), None
    if request.method == "POST":
        tried = get_object_or_404(numbers.select_related("account", "workspace"), pk=as_int(request.POST.get("number")))
        if form.is_valid():
            return _register_again(request, tried, form.cleaned_data["pin"])
    results = setup.results_of(account)
    for number in numbers:
        number.said = problems.said_of(results.get(number.phone_number_id, {}))
        number.pin_errors = form.errors.get("pin") if tried and tried.pk == number.pk else None
    context = {
        "title": _("Set up “%(name)s”") % {"name": account},
        "account": account,
        "numbers": numbers,
        "steps": _steps(account),
        **_templates(account),
    }
    return page(request, "meta_integration/setup.html", context)


def _register_again(request, number: PhoneNumber, pin: str):
    """The answer is a page of its own: reloading it must not try once more."""
    said = None
    if not number.is_registered and number.account.state == WABA.State.CONNECTED:
        said = problems.said_of(setup.register_again(number, pin, request.user))
    if said:
        words = _("%(number)s was not registered. %(happened)s %(todo)s")
        values = {"number": number.display_phone_number, "happened": said.happened, "todo": said.todo}
        messages.error(request, words % values)
    else:
        messages.success(request, _("%(number)s can send now.") % {"number": number.display_phone_number})
    return redirect("meta_integration:setup", number.account_id)


@manager_required
def templates(request, pk):
    """How many templates were found: a part of the page, until it is known. POST reads them again."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    if request.method == "POST":
        after_connecting.read_all(account)
        return redirect("meta_integration:setup", account.pk)
    context = {"account": account, "steps_again": _steps(account), **_templates(account)}
    return render(request, "meta_integration/_templates.html", context)


def _steps(account: WABA) -> list[wizard.Step]:
    return wizard.steps_of(account, is_registered=account.numbers.filter(is_registered=True).exists())


def _templates(account: WABA) -> dict:
    refused = after_connecting.templates_refused(account)
    return {"refused": problems.refusal(refused.code, refused.subcode) if refused and refused.code else refused}


# Catalogs ------------------------------------------------------------------------------------------------------------
@manager_required
def catalogs(request, pk):
    """The access to an account's product catalogs: give it by a log-in or a token, see what it reaches, remove it."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    form = TokenForm(_posted(request))
    if form.is_valid():
        return _give_catalogs(request, account, catalog_access.take_token, form.cleaned_data["token"])
    context = {"title": _("Catalogs of “%(name)s”") % {"name": account}, "account": account, "form": form}
    return page(request, "meta_integration/catalogs.html", context)


@manager_required
def catalogs_start(request, pk):
    """Off to Meta's log-in, for the permission for catalogs."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    if request.method != "POST":
        return redirect("meta_integration:catalogs", account.pk)
    state = new_mark(request, CATALOGS, account)
    return redirect(connect.login_url(state, redirect_uri(), catalog_access.PERMISSIONS))


@manager_required
def catalogs_remove(request, pk):
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    if request.method == "POST":
        catalog_access.remove(account, request.user)
        messages.success(request, _("The access to catalogs is removed here. At Meta nothing was changed."))
    return redirect("meta_integration:catalogs", account.pk)


def _catalog_code(request, account: WABA | None):
    if account is None:
        return problem_page(request, problems.not_ours())
    return _give_catalogs(request, account, catalog_access.take_code, request.GET["code"], redirect_uri())


def _give_catalogs(request, account: WABA, give, *proof: str):
    try:
        give(account, request.user, *proof)
    except problems.ConnectProblem as problem:
        again = reverse("meta_integration:catalogs", args=[account.pk])
        return problem_page(request, problem, again=again)
    messages.success(request, _("Galantis may reach the catalogs now."))
    return redirect("meta_integration:catalogs", account.pk)


@workspace_required
def banner(request):
    """The trouble above every page, alone: open pages ask again when something changed, in their language."""
    asked = request.GET.get("language")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return render(request, "meta_integration/_banner.html")


# Files ---------------------------------------------------------------------------------------------------------------
@workspace_required
def media_file(request, pk):
    """A file of this workspace's messages."""
    asset = get_object_or_404(MediaAsset.objects.for_workspace(request.workspace).exclude(file=""), pk=pk)
    try:
        file = asset.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return serving.response_for(asset, file, request.headers.get("Range", ""))


# The error book ------------------------------------------------------------------------------------------------------
def error_book(request):
    """What Meta's codes mean. Inside the admin, and for everybody who may go there."""
    wanted = request.GET.get("q", "")
    context = {
        **admin.site.each_context(request),
        "title": _("Error book"),
        "wanted": wanted,
        "chapters": chapters(wanted),
    }
    return TemplateResponse(request, "meta_integration/error_book.html", context)
