// Somebody with a browser: follows where an app sends them, signs in on the way, and says yes or no.
import assert from "node:assert/strict";

const REDIRECTS_MAX = 10;

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"' };
const plain = (text) => text.replace(/&(amp|lt|gt|quot);/g, (_, name) => ENTITIES[name]);

const attributes = (text) => {
  const found = text.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, plain(value ?? "")]));
};

// What a form would send as it stands, and where.
const form = ([, head, body]) => {
  const fields = new URLSearchParams();
  for (const [, kind, rest] of body.matchAll(/<(input|select)\b([^>]*)>/g)) {
    const field = attributes(rest);
    const isTickable = field.type === "checkbox" || field.type === "radio";
    if (kind === "select") {
      const options = body.slice(body.indexOf(rest)).split("</select>")[0];
      const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, it]) => attributes(it));
      fields.append(field.name, (all.find((it) => "selected" in it) ?? all[0]).value);
    } else if (field.name && (!isTickable || "checked" in field)) {
      fields.append(field.name, field.value ?? "on");
    }
  }
  return { action: attributes(head).action, fields, body };
};

const forms = (html) => [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(form);

export class Person {
  #cookies = new Map();

  constructor({ issuer, email, password }) {
    Object.assign(this, { issuer, email, password });
  }

  // Lets the app in that has sent them to `url`; the address to which they are sent back. What is
  // `leftOut` is a scope whose tick they take away.
  async allows(url, leftOut = []) {
    return this.#decides(url, "allow", leftOut);
  }

  async denies(url) {
    return this.#decides(url, "deny", []);
  }

  async #decides(url, decision, leftOut) {
    let shown = await this.#open(url);
    for (let turn = 0; turn < 2 && shown.html !== undefined; turn += 1) {
      const [asked] = forms(shown.html).filter(({ body }) => /"(password|decision)"/.test(body));
      assert.ok(asked, `no form at ${shown.url}: ${shown.html}`);
      const { action, fields } = asked;
      if (fields.has("password")) {
        fields.set("email", this.email);
        fields.set("password", this.password);
      } else {
        fields.set("decision", decision);
        const scopes = fields.getAll("scope").filter((scope) => !leftOut.includes(scope));
        fields.delete("scope");
        scopes.forEach((scope) => fields.append("scope", scope));
      }
      shown = await this.#open(new URL(action, shown.url), fields);
    }
    assert.equal(shown.html, undefined, `still at ${shown.url}: ${shown.html}`);
    return new URL(shown.url);
  }

  // Follows redirects as long as they stay here; where they lead elsewhere, that address alone.
  async #open(from, fields) {
    let url = new URL(from);
    for (let turn = 0; turn < REDIRECTS_MAX; turn += 1) {
      if (url.origin !== this.issuer) return { url };
      const answer = await this.#ask(url, turn === 0 ? fields : undefined);
      const location = answer.headers.get("location");
      if (!location) {
        const html = await answer.text();
        assert.equal(answer.status, 200, `${url}: ${html}`);
        return { url, html };
      }
      url = new URL(location, url);
    }
    throw new Error(`${from} leads in circles`);
  }

  async #ask(url, fields) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { cookie, origin: this.issuer, "sec-fetch-site": "same-origin" };
    const sent = fields ? { method: "POST", body: fields } : {};
    const answer = await fetch(url, { ...sent, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
