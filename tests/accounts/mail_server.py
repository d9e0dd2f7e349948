"""A mail server for tests: on this machine alone, with STARTTLS and a password."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One letter, as it came over the wire."""

    sender: str
    to: list[str]
    raw: bytes
    was_encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """Return the letter, read as a mail program would."""
        read = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP as far as a sender needs it (RFC 5321, 3207, 4954)."""

    user, password = "haven", "not-a-secret"

    def __init__(self, folder: Path) -> None:
        self.received: list[Received] = []
        self.certificate = _certificate(folder)
        super().__init__(("127.0.0.1", 0), _Talk)
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever)

    def __enter__(self) -> Self:
        """Listen, on a thread of its own."""
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Listen no more; talks have ended."""
        self.shutdown()
        self.thread.join()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    """One talk with a sender."""

    server: MailServer
    sender, to, is_encrypted, is_known = "", (), False, False

    def handle(self) -> None:
        self.lines, self.line = self.rfile, self.connection
        self.say("220 mail.test")
        try:
            while line := self.lines.readline().decode().strip():
                self.answer(line, line.upper())
        except OSError:  # the sender went, or did not trust the certificate
            pass
        finally:
            self.line.close()

    def say(self, text: str) -> None:
        self.line.sendall(f"{text}\r\n".encode())

    def answer(self, line: str, verb: str) -> None:
        if verb.startswith("EHLO"):
            more = "250 AUTH PLAIN" if self.is_encrypted else "250 STARTTLS"
            self.say(f"250-mail.test\r\n250-8BITMIME\r\n{more}")
        elif verb == "STARTTLS":
            self.say("220 go on")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.server.certificate)
            self.line = context.wrap_socket(self.connection, server_side=True)
            self.lines, self.is_encrypted = self.line.makefile("rb"), True
        elif verb.startswith("AUTH PLAIN "):
            given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
            self.is_known = given == [self.server.user, self.server.password]
            self.say("235 welcome" if self.is_known else "535 no")
        elif verb.startswith("MAIL FROM:"):
            self.sender, self.to = _address(line), ()
            self.say("250 so" if self.is_known else "530 who are you")
        elif verb.startswith("RCPT TO:"):
            self.to = (*self.to, _address(line))
            self.say("250 so")
        elif verb == "DATA":
            self.say("354 go on")
            raw = b"".join(iter(self.lines.readline, b".\r\n")).replace(b"\r\n..", b"\r\n.")
            self.server.received.append(
                Received(self.sender, list(self.to), raw, self.is_encrypted)
            )
            self.say("250 kept")
        else:
            self.say("221 good-bye" if verb == "QUIT" else "250 so")


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate of its own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
