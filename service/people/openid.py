"""Signing in at the bank's own OpenID Connect provider: authorization code with PKCE, state and nonce.

The provider says who somebody is; which login that is, and in which role, stands in the log as for everybody.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException, Session

from service.exact_json import dumps
from service.log import Sealer, SealError
from service.people.errors import NotSignedIn

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
PATIENCE = 5  # seconds for an answer of the provider
LEEWAY = 60  # seconds that its clock may differ
LASTS = 600  # seconds in which somebody signs in there
KEPT = 3600  # seconds for which its configuration and keys are taken as they were
SEALED_AS = "openid"
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Provider:
    """Its configuration and keys."""

    configuration: Mapping[str, Any]
    keys: KeySet


class OpenId:
    """A client of one provider. What has to be remembered while somebody is there is sealed into a cookie."""

    def __init__(
        self, issuer: str, client: str, secret: str, claim: str, sealer: Sealer, clock: Callable[[], float] = time.time
    ) -> None:
        self._issuer, self._client, self._secret, self._claim = issuer.rstrip("/"), client, secret, claim
        self._sealer, self._clock = sealer, clock
        self._provider: tuple[float, Provider] | None = None
        self._turn = threading.Lock()

    def begin(self, redirect: str, wanted: str) -> tuple[str, str]:
        """The address at the provider, and the cookie to come back with. NotSignedIn where it cannot be reached."""
        nonce, verifier = generate_token(32), generate_token(64)
        session = self._session(redirect)
        endpoint = self._current().configuration["authorization_endpoint"]
        address, state = session.create_authorization_url(endpoint, nonce=nonce, code_verifier=verifier)
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": wanted, "at": int(self._clock())}
        return address, urlsafe_b64encode(self._sealer.seal(SEALED_AS, dumps(kept))).decode()

    def finish(self, redirect: str, answered: str, cookie: str) -> tuple[str, str]:
        """The login that the provider's answer is about, and where to go on. NotSignedIn otherwise."""
        kept = self._opened(cookie)
        if parse_qs(urlsplit(answered).query).get("state") != [kept["state"]]:
            raise _refused()
        try:
            return self._login(redirect, answered, kept), str(kept["next"])
        except (AuthlibBaseError, JoseError, RequestException, KeyError, ValueError) as error:
            raise _refused() from error

    def _login(self, redirect: str, answered: str, kept: Mapping[str, Any]) -> str:
        provider = self._current()
        session = self._session(redirect, kept["state"])
        token = session.fetch_token(
            provider.configuration["token_endpoint"], authorization_response=answered, code_verifier=kept["verifier"],
            timeout=PATIENCE,
        )  # fmt: skip
        found = jwt.decode(token["id_token"], provider.keys, algorithms=ALGORITHMS)
        wanted = {
            "iss": {"essential": True, "value": provider.configuration["issuer"]},
            "aud": {"essential": True, "value": self._client},
            "nonce": {"essential": True, "value": kept["nonce"]},
        }
        claims = CodeIDToken(found.claims, found.header, wanted, {"nonce": kept["nonce"], "client_id": self._client})
        claims.validate(now=int(self._clock()), leeway=LEEWAY)
        if self._claim in claims:
            return self._confirmed(claims)
        more = session.get(provider.configuration["userinfo_endpoint"], timeout=PATIENCE).json()
        if more["sub"] != claims["sub"]:  # OpenID Connect Core 5.3.2: else it may be about somebody else
            raise _refused()
        return self._confirmed(more)

    def _confirmed(self, said: Mapping[str, Any]) -> str:
        """The login; an address that its owner has not confirmed may be anybody's (OpenID Connect Core 5.7)."""
        if self._claim == EMAIL and str(said.get(f"{EMAIL}_verified")).lower() == "false":
            raise _refused()
        return str(said[self._claim])

    def _opened(self, cookie: str) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads(self._sealer.open(SEALED_AS, urlsafe_b64decode(cookie)))
        except (SealError, ValueError) as error:
            raise _refused() from error
        if self._clock() - kept["at"] > LASTS:
            raise _refused()
        return kept

    def _session(self, redirect: str, state: str | None = None) -> OAuth2Session:
        return OAuth2Session(
            self._client, self._secret, scope="openid profile email", redirect_uri=redirect, state=state,
            code_challenge_method="S256",
        )  # fmt: skip

    def _current(self) -> Provider:
        """Its configuration and keys; read anew after a while, one thread at a time."""
        with self._turn:
            if self._provider is None or self._clock() - self._provider[0] > KEPT:
                self._provider = self._clock(), self._read()
            return self._provider[1]

    def _read(self) -> Provider:
        try:
            with Session() as session:
                configuration = session.get(self._issuer + WELL_KNOWN, timeout=PATIENCE).json()
                keys = session.get(configuration["jwks_uri"], timeout=PATIENCE).json()
            found = Provider(configuration, KeySet.import_key_set(keys))
        except (RequestException, JoseError, KeyError, ValueError) as error:
            raise _away() from error
        if configuration["issuer"].rstrip("/") != self._issuer:
            raise _away()
        return found


def _away() -> NotSignedIn:
    zh, en = (
        "单位的登录服务连不上，请稍后再试。",
        "The sign-in of your organisation cannot be reached; try again later.",
    )
    return NotSignedIn(zh, en)


def _refused() -> NotSignedIn:
    return NotSignedIn("单位的登录服务没有确认您的身份，请重新登录。",
                       "The sign-in of your organisation did not confirm who you are: sign in again.")  # fmt: skip
