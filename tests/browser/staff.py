"""People of the hub over HTTP, as the tests need them before a browser opens."""

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

SECONDS = 30
PASSWORD = "một câu dài để thử bàn điều hành (mẫu)"
WHY = "Thử bàn điều hành (mẫu)"


class Owner:
    """Whoever holds the token that `hub init` has left."""

    def __init__(self, hub):
        self._url, self._token = hub.url, hub.home.admin_token()

    def call(self, method, path, body=None):
        """Return the JSON of an answer."""
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        return answered(urllib.request.build_opener(), method, self._url + path, body, headers)

    def add(self, name, display, *roles):
        """Add a person with roles; return the first password."""
        grants = [role if isinstance(role, dict) else {"role": role} for role in roles]
        body = {"name": name, "display": display, "grants": grants, "reason": WHY}
        return self.call("POST", "/ops/users", body)["first_password"]


class Colleague:
    """A person at another machine: what the second of two persons does."""

    def __init__(self, hub, name):
        self._url = hub.url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._csrf = ""
        self._csrf = self.call("POST", "/ops/session", {"name": name, "password": PASSWORD})["csrf"]

    def call(self, method, path, body=None):
        """Return the JSON of an answer."""
        headers = {"origin": self._url, "content-type": "application/json"}
        headers["x-csrf-token"] = self._csrf
        return answered(self._opener, method, self._url + path, body, headers)

    def stream(self, path):
        """Open a stream of events, to be read like a file; silence of `SECONDS` is an error."""
        headers = {"accept": "text/event-stream"}
        request = urllib.request.Request(self._url + path, headers=headers)
        return self._opener.open(request, timeout=SECONDS)


def choose_password(hub, name, first):
    """Replace a first password by `PASSWORD`, as everybody must."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    headers = {"origin": hub.url, "content-type": "application/json"}
    session = hub.url + "/ops/session"
    me = answered(opener, "POST", session, {"name": name, "password": first}, headers)
    headers["x-csrf-token"] = me["csrf"]
    asked = {"present": first, "new": PASSWORD}
    answered(opener, "POST", hub.url + "/ops/password", asked, headers)


def answered(opener, method, url, body, headers):
    """Return the JSON of an answer; its text, where it is refused, is in the error."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            text = answer.read()
    except urllib.error.HTTPError as refused:
        raise AssertionError(
            f"{method} {url}: {refused.code} {refused.read().decode()[:500]}"
        ) from refused
    return json.loads(text) if text else None
