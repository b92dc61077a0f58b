"""A product's picture, small."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.models import ProductImage
from meta_integration.serving import HEADERS
from workspaces.middleware import workspace_required

# What `looking` makes, by its first bytes.
TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@require_safe
@workspace_required
def image(request, pk):
    """The small copy of a picture of the workspace's own. Nothing in it may run."""
    picture = get_object_or_404(ProductImage.objects.for_workspace(request.workspace), pk=pk)
    try:
        content = picture.thumbnail.open("rb")
    except (ValueError, OSError) as exc:  # None was made, or it is being replaced.
        raise Http404 from exc
    beginning = content.read(8)
    content.seek(0)
    kind = next((kind for mark, kind in TYPES.items() if beginning.startswith(mark)), None)
    if kind is None:
        content.close()
        raise Http404
    response = FileResponse(content, content_type=kind)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
