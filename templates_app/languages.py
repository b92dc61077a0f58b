"""The languages in which Meta takes templates, in words. The list of developers.facebook.com, "Supported languages"."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LANGUAGES = {
    "af": _("Afrikaans"),
    "sq": _("Albanian"),
    "ar": _("Arabic"),
    "ar_EG": _("Arabic (Egypt)"),
    "ar_LB": _("Arabic (Lebanon)"),
    "ar_MA": _("Arabic (Morocco)"),
    "ar_QA": _("Arabic (Qatar)"),
    "ar_AE": _("Arabic (United Arab Emirates)"),
    "az": _("Azerbaijani"),
    "be_BY": _("Belarusian"),
    "bn": _("Bengali"),
    "bn_IN": _("Bengali (India)"),
    "bg": _("Bulgarian"),
    "ca": _("Catalan"),
    "zh_CN": _("Chinese (China)"),
    "zh_HK": _("Chinese (Hong Kong)"),
    "zh_TW": _("Chinese (Taiwan)"),
    "hr": _("Croatian"),
    "cs": _("Czech"),
    "da": _("Danish"),
    "prs_AF": _("Dari"),
    "nl": _("Dutch"),
    "nl_BE": _("Dutch (Belgium)"),
    "en": _("English"),
    "en_AU": _("English (Australia)"),
    "en_CA": _("English (Canada)"),
    "en_GH": _("English (Ghana)"),
    "en_IN": _("English (India)"),
    "en_IE": _("English (Ireland)"),
    "en_JM": _("English (Jamaica)"),
    "en_MY": _("English (Malaysia)"),
    "en_NZ": _("English (New Zealand)"),
    "en_QA": _("English (Qatar)"),
    "en_SG": _("English (Singapore)"),
    "en_ZA": _("English (South Africa)"),
    "en_UG": _("English (Uganda)"),
    "en_AE": _("English (United Arab Emirates)"),
    "en_GB": _("English (United Kingdom)"),
    "en_US": _("English (United States)"),
    "et": _("Estonian"),
    "fil": _("Filipino"),
    "fi": _("Finnish"),
    "fr": _("French"),
    "fr_BE": _("French (Belgium)"),
    "fr_CA": _("French (Canada)"),
    "fr_CI": _("French (Côte d’Ivoire)"),
    "fr_MA": _("French (Morocco)"),
    "fr_CH": _("French (Switzerland)"),
    "ka": _("Georgian"),
    "de": _("German"),
    "de_AT": _("German (Austria)"),
    "de_CH": _("German (Switzerland)"),
    "el": _("Greek"),
    "gu": _("Gujarati"),
    "ha": _("Hausa"),
    "he": _("Hebrew"),
    "hi": _("Hindi"),
    "hu": _("Hungarian"),
    "id": _("Indonesian"),
    "ga": _("Irish"),
    "it": _("Italian"),
    "ja": _("Japanese"),
    "kn": _("Kannada"),
    "kk": _("Kazakh"),
    "rw_RW": _("Kinyarwanda"),
    "ko": _("Korean"),
    "ky_KG": _("Kyrgyz"),
    "lo": _("Lao"),
    "lv": _("Latvian"),
    "lt": _("Lithuanian"),
    "mk": _("Macedonian"),
    "ms": _("Malay"),
    "ml": _("Malayalam"),
    "mr": _("Marathi"),
    "nb": _("Norwegian"),
    "ps_AF": _("Pashto"),
    "fa": _("Persian"),
    "pl": _("Polish"),
    "pt_BR": _("Portuguese (Brazil)"),
    "pt_PT": _("Portuguese (Portugal)"),
    "pa": _("Punjabi"),
    "ro": _("Romanian"),
    "ru": _("Russian"),
    "sr": _("Serbian"),
    "si_LK": _("Sinhala"),
    "sk": _("Slovak"),
    "sl": _("Slovenian"),
    "es": _("Spanish"),
    "es_AR": _("Spanish (Argentina)"),
    "es_CL": _("Spanish (Chile)"),
    "es_CO": _("Spanish (Colombia)"),
    "es_CR": _("Spanish (Costa Rica)"),
    "es_DO": _("Spanish (Dominican Republic)"),
    "es_EC": _("Spanish (Ecuador)"),
    "es_HN": _("Spanish (Honduras)"),
    "es_MX": _("Spanish (Mexico)"),
    "es_PA": _("Spanish (Panama)"),
    "es_PE": _("Spanish (Peru)"),
    "es_ES": _("Spanish (Spain)"),
    "es_UY": _("Spanish (Uruguay)"),
    "sw": _("Swahili"),
    "sv": _("Swedish"),
    "ta": _("Tamil"),
    "te": _("Telugu"),
    "th": _("Thai"),
    "tr": _("Turkish"),
    "uk": _("Ukrainian"),
    "ur": _("Urdu"),
    "uz": _("Uzbek"),
    "vi": _("Vietnamese"),
    "zu": _("Zulu"),
}
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "ps", "prs"})


def words_of(code: str) -> str | Promise:
    """The language in words; a code that nobody here knows stands for itself."""
    return LANGUAGES.get(code, code)


def label_of(code: str) -> str:
    """Words and code, as a person finds them in a list: `German (de)` and, typed back, `code_of` knows it again."""
    return f"{LANGUAGES[code]} – {code}" if code in LANGUAGES else code


def code_of(typed: str) -> str:
    """The code that somebody meant by a label, by words or by the code itself; empty if none is meant."""
    wanted = re.sub(r"\s+", " ", typed).strip().casefold()
    known = {str(label_of(code)).casefold(): code for code in LANGUAGES}
    known |= {str(words).casefold(): code for code, words in LANGUAGES.items()}
    known |= {code.casefold(): code for code in LANGUAGES}
    return known.get(wanted) or known.get(wanted.replace("-", "_"), "")


def direction_of(code: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return "rtl" if str(code).partition("_")[0].lower() in RIGHT_TO_LEFT else "ltr"
