// An app and a service on oauth4webapi, which checks each answer by the letter of its RFC.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { Person } from "./person.mjs";
import { finish, step, world } from "./world.mjs";

const { issuer, api, service, reader } = world;
const person = new Person(world);
const insecure = { [oauth.allowInsecureRequests]: true };
const CALLBACK = "http://127.0.0.1:33418/callback";

const as = await step("reads what the server can do", async () => {
  const url = new URL(issuer);
  const answer = await oauth.discoveryRequest(url, { algorithm: "oauth2", ...insecure });
  return oauth.processDiscoveryResponse(url, answer);
});

await step("reads who gives tokens for the API", async () => {
  const resource = new URL(api);
  const answer = await oauth.resourceDiscoveryRequest(resource, insecure);
  const told = await oauth.processResourceDiscoveryResponse(resource, answer);
  assert.deepEqual(told.authorization_servers, [issuer]);
});

// Calls the API, and gives the challenge with which it was turned away, if it was. The back end
// challenges too, with every answer: by that one knows that it was reached.
const call = async (method, path, { access_token }) => {
  const url = new URL(`${api}${path}`);
  const asked = oauth.protectedResourceRequest(access_token, method, url, null, null, insecure);
  const failure = await asked.then(assert.fail, (it) => it);
  assert.ok(failure instanceof oauth.WWWAuthenticateChallengeError, failure);
  const [{ scheme, parameters }] = failure.cause;
  if (scheme === "backend" && failure.status === 200) return undefined;
  assert.equal(scheme, "bearer");
  return { status: failure.status, ...parameters };
};

await step("is told where tokens come from", async () => {
  const challenge = await call("GET", "/notes", { access_token: "none" });
  assert.equal(challenge.status, 401);
  assert.equal(challenge.scope, "read:notes");
  const told = await (await fetch(challenge.resource_metadata)).json();
  assert.equal(told.resource, api);
});

const register = async (method) => {
  const said = {
    client_name: "Sync",
    redirect_uris: ["http://127.0.0.1/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: method,
  };
  const answer = await oauth.dynamicClientRegistrationRequest(as, said, insecure);
  return oauth.processDynamicClientRegistrationResponse(answer);
};

const client = await step("registers itself", () => register("none"));
const none = oauth.None();

// Where the person is sent to.
const authorization = async (app, verifier, state, more = {}) => {
  const url = new URL(as.authorization_endpoint);
  const fields = {
    client_id: app.client_id,
    redirect_uri: CALLBACK,
    response_type: "code",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    resource: api,
    state,
    ...more,
  };
  Object.entries(fields).forEach(([name, value]) => url.searchParams.set(name, value));
  return url;
};

// Sends the person to the server, and redeems the code that comes of it.
const letIn = async (app, authentication, more = {}) => {
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const url = await authorization(app, verifier, state, more);
  const back = await person.allows(url);
  const given = oauth.validateAuthResponse(as, app, back, state);
  const words = [as, app, authentication, given, CALLBACK];
  const redeem = async (by) => {
    const answer = await oauth.authorizationCodeGrantRequest(...words, by, insecure);
    return oauth.processAuthorizationCodeResponse(as, app, answer);
  };
  return { verifier, redeem };
};

const refresh = async (token, more = {}) => {
  const words = [as, client, none, token.refresh_token];
  const additionalParameters = new URLSearchParams(more);
  const answer = await oauth.refreshTokenGrantRequest(...words, { additionalParameters, ...insecure });
  return oauth.processRefreshTokenResponse(as, client, answer);
};

const isRefused = (error) => (failure) =>
  failure instanceof oauth.ResponseBodyError && failure.error === error;

const first = await step("is let in, and redeems its code", async () => {
  const { verifier, redeem } = await letIn(client, none);
  const wrong = oauth.generateRandomCodeVerifier();
  await assert.rejects(redeem(wrong), isRefused("invalid_grant"));
  const token = await redeem(verifier);
  assert.equal(token.token_type, "bearer");
  return token;
});

await step("calls the API through nginx", async () => {
  assert.equal(await call("GET", "/notes", first), undefined);
});

const wide = await step("is told which scope is missing, and asks for it", async () => {
  const { status, error, scope } = await call("POST", "/notes", first);
  assert.deepEqual({ status, error, scope }, { status: 403, error: "insufficient_scope", scope: "write:notes" });
  const { verifier, redeem } = await letIn(client, none, { scope: `read:notes ${scope}` });
  const token = await redeem(verifier);
  assert.equal(await call("POST", "/notes", token), undefined);
  return token;
});

const next = await step("renews its token, and gets a lost answer again", async () => {
  const renewed = await refresh(wide);
  assert.notEqual(renewed.refresh_token, wide.refresh_token);
  const again = await refresh(wide);
  assert.equal(again.refresh_token, renewed.refresh_token);
  assert.equal(again.access_token, renewed.access_token);
  assert.equal(await call("POST", "/notes", renewed), undefined);
  return renewed;
});

await step("renews it for less", async () => {
  const narrow = await refresh(next, { scope: "read:notes" });
  assert.equal(narrow.scope, "read:notes");
  assert.equal((await call("POST", "/notes", narrow)).error, "insufficient_scope");
  const whole = await refresh(narrow);
  assert.equal(await call("POST", "/notes", whole), undefined);
  Object.assign(next, whole);
});

const bySecret = oauth.ClientSecretBasic(reader.secret);
const known = async (token) => {
  const app = { client_id: reader.id };
  const answer = await oauth.introspectionRequest(as, app, bySecret, token.access_token, insecure);
  return oauth.processIntrospectionResponse(as, app, answer);
};

await step("is known to the API by its token", async () => {
  const told = await known(next);
  assert.equal(told.active, true);
  assert.equal(told.client_id, client.client_id);
  assert.equal(told.scope, "read:notes write:notes");
  assert.equal(told.iss, issuer);
});

await step("gives its token back", async () => {
  const answer = await oauth.revocationRequest(as, client, none, next.refresh_token, insecure);
  await oauth.processRevocationResponse(answer);
  assert.deepEqual(await known(next), { active: false });
  assert.equal((await call("GET", "/notes", next)).error, "invalid_token");
  await assert.rejects(refresh(next), isRefused("invalid_grant"));
});

await step("registers with a secret, and proves itself by it", async () => {
  const app = await register("client_secret_post");
  const { verifier, redeem } = await letIn(app, oauth.ClientSecretPost(app.client_secret));
  assert.equal(await call("GET", "/notes", await redeem(verifier)), undefined);
  const thief = await letIn(app, oauth.ClientSecretPost("ks_cs_wrong"));
  await assert.rejects(thief.redeem(thief.verifier), { status: 401 });
});

await step("acts by itself as a service", async () => {
  const app = { client_id: service.id };
  for (const by of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
    const words = [as, app, by(service.secret), { scope: "read:notes" }, insecure];
    const answer = await oauth.clientCredentialsGrantRequest(...words);
    const token = await oauth.processClientCredentialsResponse(as, app, answer);
    assert.equal(token.refresh_token, undefined);
    assert.equal(await call("GET", "/notes", token), undefined);
  }
});

await step("hears a no", async () => {
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const url = await authorization(client, verifier, state);
  const back = await person.denies(url);
  const isNo = (failure) =>
    failure instanceof oauth.AuthorizationResponseError && failure.error === "access_denied";
  assert.throws(() => oauth.validateAuthResponse(as, client, back, state), isNo);
});

finish();
