"""The page that developers see, with DEBUG on, when the program breaks."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ShowNoValues(SafeExceptionReporterFilter):
    """Shows the names of variables, not their values: tokens and PINs are among them, also deep inside libraries."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|REDIS|BROKER|LOCATION", re.I)

    def get_post_parameters(self, request) -> dict:
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_traceback_frame_variables(self, request, tb_frame) -> list[tuple[str, str]]:
        return [(name, f"<{type(value).__name__}>") for name, value in tb_frame.f_locals.items()]
