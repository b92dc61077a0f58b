"""A public web of its own for tests: names resolve to public addresses, and those are servers on this machine.

Only the look-up of names and the opening of a connection are replaced; what is in between is the real thing.
"""

import datetime
import ipaddress
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.util import connection

NAMES = ("shop.example", "pictures.example", "odd.example", "mixed.example", "rebinding.example")


class Web:
    """`pages` are functions of a request by path; `names` what the look-up of a name gives, one list for each time."""

    def __init__(self, folder: Path, *, is_secure: bool = True):
        self.pages, self.seen, self.connected = {}, [], []
        self.names = {name: [["93.184.216.34"]] for name in NAMES}
        self.certificate = folder / "certificate.pem"
        self._make_certificate()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.local = "http://{}:{}".format(*self._server.server_address)
        if is_secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def resolve(self, host, port, *args, **kwargs):
        if host not in self.names:
            return REAL_LOOK_UP(host, port, *args, **kwargs)
        answers = self.names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [(families[ipaddress.ip_address(each).version], 1, 6, "", (each, port)) for each in found]

    def connect(self, address, *args, **kwargs):
        self.connected.append(address[0])
        return REAL_CONNECT(self._server.server_address, *args, **kwargs)

    def _handler(web):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                web.seen.append((self.headers["Host"], self.path, dict(self.headers)))
                try:
                    web.pages[self.path.partition("?")[0]](self)
                except (OSError, KeyError):
                    self.close_connection = True

            def log_message(self, *args):
                pass

        return Handler

    def _make_certificate(self) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example")])
        names = x509.SubjectAlternativeName([x509.DNSName(each) for each in NAMES])
        made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - datetime.timedelta(days=2)).not_valid_after(
            now + datetime.timedelta(days=900)
        )
        made = made.add_extension(names, False).add_extension(x509.BasicConstraints(True, None), True)
        pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.certificate.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, *form))


REAL_LOOK_UP, REAL_CONNECT = socket.getaddrinfo, connection.create_connection


def answer(content: bytes = b"", status: int = 200, **headers):
    """A page that says this."""

    def page(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(content)), **named}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)

    return page


def redirect(to: str, status: int = 302):
    return answer(b"moved", status, Location=to)
