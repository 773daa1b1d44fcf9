// An app and a service on openid-client.
import assert from "node:assert/strict";
import * as client from "openid-client";
import { Person } from "../person.mjs";
import { finish, step, world } from "../world.mjs";

const issuer = new URL(world.issuer);
const person = new Person(world);
const redirect_uri = "http://127.0.0.1:33421/callback";
const how = { algorithm: "oauth2", execute: [client.allowInsecureRequests] };

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

const call = async (config, token, path = "") => {
  const headers = new Headers({ "content-type": "application/json" });
  headers.set("accept", "application/json, text/event-stream");
  const words = [new URL(`${world.mcp}${path}`), "POST", JSON.stringify(LIST), headers];
  const answer = await client.fetchProtectedResource(config, token.access_token, ...words);
  return answer.status;
};

const app = await step("registers itself", () =>
  client.dynamicClientRegistration(
    issuer,
    {
      client_name: "Sync",
      redirect_uris: [redirect_uri],
      grant_types: ["authorization_code", "refresh_token"],
    },
    undefined,
    how,
  ),
);

const letIn = async (scope) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(app, {
    redirect_uri,
    scope,
    state: expectedState,
    resource: world.mcp,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const back = await person.allows(url);
  return client.authorizationCodeGrant(app, back, { pkceCodeVerifier, expectedState });
};

const first = await step("is let in, and calls", async () => {
  const token = await letIn("read:notes");
  assert.equal(await call(app, token), 200);
  return token;
});

await step("is told which scopes are missing, and asks for them", async () => {
  const refused = await call(app, first, "/edit").catch((failure) => failure);
  const [{ parameters }] = refused.cause;
  assert.equal(parameters.error, "insufficient_scope");
  assert.equal(await call(app, await letIn(parameters.scope), "/edit"), 200);
});

const next = await step("renews its token, and gets a lost answer again", async () => {
  const renewed = await client.refreshTokenGrant(app, first.refresh_token);
  const again = await client.refreshTokenGrant(app, first.refresh_token);
  assert.equal(again.refresh_token, renewed.refresh_token);
  assert.equal(again.access_token, renewed.access_token);
  assert.equal(await call(app, renewed), 200);
  return renewed;
});

await step("gives it back", async () => {
  assert.equal((await client.tokenIntrospection(app, next.access_token)).active, true);
  await client.tokenRevocation(app, next.refresh_token);
  assert.equal((await client.tokenIntrospection(app, next.access_token)).active, false);
  await assert.rejects(client.refreshTokenGrant(app, next.refresh_token), { error: "invalid_grant" });
});

await step("acts by itself as a service", async () => {
  const { id, secret } = world.service;
  const service = await client.discovery(issuer, id, secret, undefined, how);
  const token = await client.clientCredentialsGrant(service, { resource: world.mcp });
  assert.equal(await call(service, token), 200);
});

finish();
