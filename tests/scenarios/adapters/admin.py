"""An administrator of a hub, over the public admin API."""

import httpx2

CALL_SECONDS = 30


class Admin:
    """One administrator of the hub."""

    def __init__(self, url, token):
        headers = {"authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=CALL_SECONDS)

    def close(self):
        self._http.close()

    def read(self, path):
        return self._checked(self._http.get(f"/v1/admin/{path}"))

    def write(self, path, content, **query):
        return self._checked(self._http.post(f"/v1/admin/{path}", json=content, params=query))

    def http(self, method, path, content=None):
        """Return the answer of any route for people, whatever it is."""
        return self._http.request(method, path, json=content)

    def ask(self, method, path, content=None):
        """Return the JSON of a route for people."""
        return self._checked(self.http(method, path, content))

    @staticmethod
    def _checked(answer):
        assert answer.is_success, f"{answer.request.url.path}: {answer.status_code} {answer.text}"
        return answer.json()
