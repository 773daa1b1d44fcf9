"""An app and a service on Authlib's client for requests."""

import os

# The server speaks http on loopback, as it may there; Authlib asks to be told.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from person import Person
from world import WORLD, finish, step

ISSUER, API = WORLD["issuer"], WORLD["api"]
CALLBACK = "http://127.0.0.1:33419/callback"
person = Person(WORLD)


@step("reads what the server can do")
def metadata():
    told = requests.get(f"{ISSUER}/.well-known/oauth-authorization-server", timeout=20)
    document = AuthorizationServerMetadata(told.json())
    # All but the issuer, which Authlib wants on https even where it is told otherwise.
    for name in AuthorizationServerMetadata.REGISTRY_KEYS:
        if name != "issuer":
            getattr(document, f"validate_{name}")()
    assert document["issuer"] == ISSUER
    return document


@step("registers itself")
def client():
    said = {
        "client_name": "Sync",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    answer = requests.post(metadata["registration_endpoint"], json=said, timeout=20)
    assert answer.status_code == 201, answer.text
    return answer.json()


def session(**more):
    words = {
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "redirect_uri": CALLBACK,
        "code_challenge_method": "S256",
        "token_endpoint": metadata["token_endpoint"],
        "revocation_endpoint_auth_method": "client_secret_basic",
    }
    return OAuth2Session(**{**words, **more})


def let_in(scope=None):
    """A session with the token that somebody lets it have."""
    made = session(scope=scope)
    verifier = generate_token(48)
    url, state = made.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, resource=API
    )
    back = person.allows(url)
    made.fetch_token(authorization_response=back, state=state, code_verifier=verifier)
    return made


@step("is let in, and redeems its code")
def first():
    return let_in()


@step("calls the API through nginx")
def _():
    answer = first.get(f"{API}/notes")
    assert (answer.status_code, answer.json()) == (200, {"back_end": 200})


@step("is told which scope is missing, and asks for it")
def wide():
    refused = first.post(f"{API}/notes")
    assert refused.status_code == 403
    assert 'error="insufficient_scope", scope="write:notes"' in refused.headers["WWW-Authenticate"]
    made = let_in("read:notes write:notes")
    assert made.post(f"{API}/notes").status_code == 200
    return made


@step("renews its token, and gets a lost answer again")
def _():
    old = wide.token["refresh_token"]
    renewed = dict(wide.refresh_token(refresh_token=old))
    again = wide.refresh_token(refresh_token=old)
    assert renewed["refresh_token"] == again["refresh_token"] != old
    assert renewed["access_token"] == again["access_token"]
    assert wide.post(f"{API}/notes").status_code == 200


def known(access_token):
    reader = WORLD["reader"]
    api = OAuth2Session(reader["id"], reader["secret"])
    return api.introspect_token(metadata["introspection_endpoint"], token=access_token).json()


@step("is known to the API by its token")
def _():
    told = known(wide.token["access_token"])
    assert told["active"] and told["client_id"] == client["client_id"], told


@step("gives its token back")
def _():
    token = wide.token
    answer = wide.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"])
    assert answer.status_code == 200
    assert known(token["access_token"]) == {"active": False}
    assert wide.get(f"{API}/notes").status_code == 401
    try:
        wide.refresh_token(refresh_token=token["refresh_token"])
    except OAuthError as refused:
        assert refused.error == "invalid_grant"
    else:
        raise AssertionError("it is renewed all the same")


@step("acts by itself as a service")
def _():
    service = WORLD["service"]
    for method in ("client_secret_basic", "client_secret_post"):
        made = OAuth2Session(
            service["id"],
            service["secret"],
            scope="read:notes",
            token_endpoint_auth_method=method,
        )
        token = made.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
        assert "refresh_token" not in token
        assert made.get(f"{API}/notes").status_code == 200


finish()
