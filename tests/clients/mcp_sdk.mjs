// An agent on the MCP SDK: given the server's address alone, it finds its way.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { auth, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Person } from "./person.mjs";
import { finish, step, world } from "./world.mjs";

const serverUrl = world.mcp;
const person = new Person(world);

// What an agent keeps, in memory.
class Memory {
  redirectUrl = "http://127.0.0.1:33420/callback";

  constructor(grantTypes) {
    this.grantTypes = grantTypes;
  }

  get clientMetadata() {
    return {
      client_name: "Agent",
      redirect_uris: [this.redirectUrl],
      grant_types: this.grantTypes,
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

  invalidateCredentials(which) {
    this.given = undefined;
    if (which === "all") this.client = undefined;
  }
}

const memory = new Memory(["authorization_code", "refresh_token"]);

const transport = (path = "", authProvider = memory) =>
  new StreamableHTTPClientTransport(new URL(`${serverUrl}${path}`), { authProvider });

const connected = async (path, from) => {
  const client = new Client({ name: "agent", version: "1.0.0" });
  await client.connect(transport(path, from));
  return client;
};

// What a tool says.
const told = async (client, name, words = {}) => {
  const { content } = await client.callTool({ name, arguments: words });
  return content[0].text;
};

// The code that the person has sent to an agent.
const code = async (from = memory) => {
  const back = await person.allows(from.sentTo);
  assert.equal(back.searchParams.get("state"), "st&te");
  assert.equal(back.searchParams.get("iss"), world.issuer);
  return back.searchParams.get("code");
};

await step("is turned away, finds the authorization server, and registers itself", async () => {
  await assert.rejects(connected(), UnauthorizedError);
  assert.match(memory.client.client_id, /^client_/);
  assert.equal(memory.sentTo.origin, world.issuer);
  assert.equal(memory.sentTo.searchParams.get("resource"), serverUrl);
});

await step("is let in", async () => {
  await transport().finishAuth(await code());
  assert.equal(memory.given.scope, "read:notes");
});

await step("lists the tools and calls one", async () => {
  const client = await connected();
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name), ["list_notes"]);
  assert.equal(await told(client, "list_notes"), "");
  await client.close();
});

// With a refresh token this SDK renews instead, in vain: see docs/mcp.md.
await step("asks for more where a path needs more", async () => {
  const editor = new Memory(["authorization_code"]);
  await assert.rejects(connected("", editor), UnauthorizedError);
  await transport("", editor).finishAuth(await code(editor));
  await assert.rejects(connected("/edit", editor), UnauthorizedError);
  assert.equal(editor.sentTo.searchParams.get("scope"), "read:notes write:notes");
  await transport("/edit", editor).finishAuth(await code(editor));
  const client = await connected("/edit", editor);
  assert.equal(await told(client, "add_note", { text: "Water the plants" }), "There are 1 notes.");
  await client.close();
});

await step("asks at once for all that its first path needs", async () => {
  const editor = new Memory(["authorization_code", "refresh_token"]);
  await assert.rejects(connected("/edit", editor), UnauthorizedError);
  await transport("/edit", editor).finishAuth(await code(editor));
  const client = await connected("/edit", editor);
  assert.equal(await told(client, "add_note", { text: "Feed the cat" }), "There are 2 notes.");
  await client.close();
  const reader = await connected();
  assert.equal(await told(reader, "list_notes"), "Water the plants\nFeed the cat");
  await reader.close();
});

await step("renews its token", async () => {
  const before = memory.given;
  assert.equal(await auth(memory, { serverUrl }), "AUTHORIZED");
  assert.notEqual(memory.given.refresh_token, before.refresh_token);
  assert.notEqual(memory.given.access_token, before.access_token);
  await (await connected()).close();
});

await step("asks again when its token is worth nothing any more", async () => {
  memory.given = { ...memory.given, access_token: "none", refresh_token: "none" };
  memory.sentTo = undefined;
  await assert.rejects(connected(), UnauthorizedError);
  await transport().finishAuth(await code());
  await (await connected()).close();
});

await step("registers again when its registration is gone", async () => {
  const before = memory.client.client_id;
  memory.client = { ...memory.client, client_id: `${before.slice(0, -1)}_` };
  assert.equal(await auth(memory, { serverUrl }), "REDIRECT");
  assert.notEqual(memory.client.client_id, before);
  assert.equal(await auth(memory, { serverUrl, authorizationCode: await code() }), "AUTHORIZED");
});

finish();
