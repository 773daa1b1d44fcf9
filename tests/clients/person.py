"""Somebody with a browser: follows where an app sends them, signs in on the way, and says yes."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

REDIRECTS_MAX = 10


class _Forms(HTMLParser):
    """The forms of a page: where each leads, and what it would send as it stands."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.select = None

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "form":
            self.forms.append((named.get("action"), []))
        elif tag == "input" and "name" in named:
            is_tickable = named.get("type") in ("checkbox", "radio")
            if not is_tickable or "checked" in named:
                self._send(named["name"], named.get("value", ""))
        elif tag == "select":
            self.select = named["name"]
        elif tag == "option" and "selected" in named:
            self._send(self.select, named["value"])
        elif tag == "button" and "name" in named:
            self._send(named["name"], None)

    def _send(self, name, value):
        self.forms[-1][1].append((name, value))


class Person:
    """Keeps cookies, as browsers do."""

    def __init__(self, world):
        self.issuer = world["issuer"]
        self.answers = {"email": world["email"], "password": world["password"]}
        self.answers["decision"] = "allow"
        self.browser = requests.Session()
        self.browser.headers.update({"Origin": self.issuer, "Sec-Fetch-Site": "same-origin"})

    def allows(self, url):
        """Lets the app in that has sent them to `url`; the address to which they are sent back."""
        fields = None
        for _ in range(REDIRECTS_MAX):
            if not url.startswith(f"{self.issuer}/"):
                return url
            method = "POST" if fields else "GET"
            answer = self.browser.request(method, url, data=fields, allow_redirects=False, timeout=20)
            fields = None
            if "Location" in answer.headers:
                url = urljoin(url, answer.headers["Location"])
                continue
            assert answer.status_code == 200, answer.text
            action, fields = self._filled(answer.text)
            url = urljoin(url, action)
        raise AssertionError(f"it leads in circles: {url}")

    def _filled(self, page):
        forms = _Forms()
        forms.feed(page)
        for action, fields in forms.forms:
            names = {name for name, _ in fields}
            if names & {"password", "decision"}:
                untouched = [pair for pair in fields if pair[0] not in self.answers]
                return action, untouched + [it for it in self.answers.items() if it[0] in names]
        raise AssertionError(page)
