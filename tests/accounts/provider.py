"""An identity provider for tests: small, on this machine alone, honest unless told otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "haven", "not-a-secret"


class Provider:
    """Says of a person whatever the test wants, signed with its own key."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with = self.key
        self.says: dict[str, Any] = {}
        self.challenges: dict[str, str] = {}
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def code_for(self, sent_to: str) -> tuple[str, str]:
        """Let the person in who was sent to an address; return code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(sent_to).query).items()}
        assert asked["client_id"] == CLIENT
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = asked["code_challenge"]
        return code, asked["state"]

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        challenge = self.challenges.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if challenge != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "auth_time": now}
        made = jwt.encode(
            {**claims, **self.says}, self.signs_with, algorithm="RS256", headers={"kid": "one"}
        )
        return {"access_token": "x", "token_type": "Bearer", "id_token": made}

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._send(200, self.provider.answer(urlsplit(self.path).path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        made = self.provider.token({name: values[0] for name, values in parse_qs(body).items()})
        self._send(200 if made else 400, made or {"error": "invalid_grant"})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""
