"""Meta's refusals of a template: code 100, a sub-code, and a title and a text in the language of the token's user."""

from ..errors import GraphError

EXISTS, BLOCKED, TOO_MANY, NOT_EDITABLE = 2388024, 2388023, 2388019, 2388039
TOO_LONG, HEADER, BODY, FOOTER, RATIO, EDGES = 2388040, 2388047, 2388072, 2388073, 2388293, 2388299

WORDS = {  # by sub-code: title and text, in English and in Spanish
    EXISTS: {
        "en": ("Content in this language already exists", "There is already {language} content for this template."),
        "es": ("Ya existe contenido en este idioma", "Ya hay contenido en {language} para esta plantilla."),
    },
    BLOCKED: {
        "en": (
            "Message template language is being deleted",
            "New {language} content can't be added while the existing content is being deleted. Try again in 30 days "
            "or create a new message template.",
        ),
        "es": (
            "Se está eliminando el idioma de la plantilla",
            "No se puede agregar contenido en {language} mientras se elimina el anterior. Inténtalo en 30 días o crea "
            "una plantilla nueva.",
        ),
    },
    TOO_MANY: {
        "en": ("Message template limit exceeded", "Your account has {limit} message templates, the most it may have."),
        "es": ("Límite de plantillas superado", "Tu cuenta tiene {limit} plantillas, el máximo permitido."),
    },
    NOT_EDITABLE: {
        "en": ("Message template can't be edited", "{why}"),
        "es": ("No se puede editar la plantilla", "{why}"),
    },
    TOO_LONG: {
        "en": ("Character limit exceeded", "The {what} has {count} characters, the limit is {limit}."),
        "es": ("Límite de caracteres superado", "El texto ({what}) tiene {count} caracteres, el límite es {limit}."),
    },
    HEADER: {
        "en": ("Message header format is incorrect", "{why}"),
        "es": ("El formato del encabezado es incorrecto", "{why}"),
    },
    BODY: {
        "en": ("Message body format is incorrect", "{why}"),
        "es": ("El formato del cuerpo es incorrecto", "{why}"),
    },
    FOOTER: {
        "en": ("Message footer format is incorrect", "{why}"),
        "es": ("El formato del pie de página es incorrecto", "{why}"),
    },
    RATIO: {
        "en": (
            "Parameters words ratio exceeds limit",
            "This message template contains too many parameters in relation to the message length. Decrease the "
            "number of parameters or increase the message length.",
        ),
        "es": (
            "La proporción de parámetros supera el límite",
            "Esta plantilla contiene demasiados parámetros para la longitud del mensaje. Reduce los parámetros o "
            "alarga el mensaje.",
        ),
    },
    EDGES: {
        "en": (
            "Leading or trailing parameters not allowed",
            "Parameters can't be at the beginning or the end of the message.",
        ),
        "es": (
            "No se permiten parámetros al inicio o al final",
            "Los parámetros no pueden estar al principio ni al final del mensaje.",
        ),
    },
    0: {  # what Meta's documents give no number of its own
        "en": ("Invalid parameter", "{why}"),
        "es": ("Parámetro no válido", "{why}"),
    },
}


class Refused(Exception):
    """A rule of Meta's is broken. Becomes a GraphError once the language is known."""

    def __init__(self, subcode: int = 0, **values):
        self.subcode, self.values = subcode, values
        super().__init__(self.words("en")[1])

    def words(self, language: str) -> tuple[str, str]:
        title, text = WORDS[self.subcode].get(language) or WORDS[self.subcode]["en"]
        return title, text.format(**self.values)

    def as_error(self, locale: str) -> GraphError:
        error = GraphError(100, "Invalid parameter", subcode=self.subcode)
        error.user_title, error.user_message = self.words(locale.partition("_")[0])
        return error


def of_subcode(subcode: int, locale: str, why: str) -> GraphError:
    """Any sub-code, also one the table does not know: for the weather."""
    known = subcode if subcode in WORDS else 0
    error = Refused(known, why=why, language="English", limit=0, count=0, what="text").as_error(locale)
    error.subcode = subcode
    return error
