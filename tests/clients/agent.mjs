// An agent that is given a server's address alone and finds its way, on one MCP SDK or another.
import assert from "node:assert/strict";
import { Person } from "./person.mjs";
import { world } from "./world.mjs";

const serverUrl = world.mcp;
const person = new Person(world);

// What an agent keeps, in memory.
class Memory {
  redirectUrl = "http://127.0.0.1:33420/callback";

  constructor(grantTypes) {
    this.clientMetadata = {
      client_name: "Agent",
      redirect_uris: [this.redirectUrl],
      grant_types: grantTypes,
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }

  state = () => "st&te";
  clientInformation = () => this.client;
  saveClientInformation = (client) => void (this.client = client);
  tokens = () => this.given;
  saveTokens = (tokens) => void (this.given = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => void (this.verifier = verifier);
  redirectToAuthorization = (url) => void (this.sentTo = url);

  discoveryState = () => this.found;
  saveDiscoveryState = (found) => void (this.found = found);

  invalidateCredentials(which) {
    const is = (kind) => which === kind || which === "all";
    if (is("tokens")) this.given = undefined;
    if (is("client")) this.client = undefined;
    if (is("discovery")) this.found = undefined;
  }
}

export class Agent {
  // Of an `sdk`: its Client, StreamableHTTPClientTransport, auth and UnauthorizedError.
  constructor(sdk, ...grantTypes) {
    this.sdk = sdk;
    this.memory = new Memory(["authorization_code", ...grantTypes]);
  }

  #transport(path) {
    const words = { authProvider: this.memory };
    return new this.sdk.StreamableHTTPClientTransport(new URL(`${serverUrl}${path}`), words);
  }

  async #connected(path) {
    const client = new this.sdk.Client({ name: "agent", version: "1.0.0" });
    await client.connect(this.#transport(path));
    return client;
  }

  // Is refused, and would send the person to the server; the parameters with which.
  async isTurnedAway(path = "") {
    this.memory.sentTo = undefined;
    await assert.rejects(this.#connected(path), this.sdk.UnauthorizedError);
    assert.equal(this.memory.sentTo.origin, world.issuer);
    return this.memory.sentTo.searchParams;
  }

  // The code that the person has sent to it, and by whom.
  async #code() {
    const { searchParams: back } = await person.allows(this.memory.sentTo);
    assert.equal(back.get("state"), "st&te");
    assert.equal(back.get("iss"), world.issuer);
    return [back.get("code"), back.get("iss")];
  }

  async isLetIn(path = "") {
    await this.#transport(path).finishAuth(...(await this.#code()));
  }

  // What a tool says, and which there are.
  async call(path, name, words = {}) {
    const client = await this.#connected(path);
    const { tools } = await client.listTools();
    const { content } = await client.callTool({ name, arguments: words });
    await client.close();
    return { tools: tools.map((tool) => tool.name), text: content[0].text };
  }

  async renews() {
    assert.equal(await this.sdk.auth(this.memory, { serverUrl }), "AUTHORIZED");
  }

  // Asks the person anew without having called.
  async asksAgain() {
    assert.equal(await this.sdk.auth(this.memory, { serverUrl }), "REDIRECT");
    const [authorizationCode, iss] = await this.#code();
    const done = await this.sdk.auth(this.memory, { serverUrl, authorizationCode, iss });
    assert.equal(done, "AUTHORIZED");
  }
}
