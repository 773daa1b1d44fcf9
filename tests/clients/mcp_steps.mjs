// What every MCP SDK goes through here.
import assert from "node:assert/strict";
import { Agent } from "./agent.mjs";
import { step, world } from "./world.mjs";

export const goThrough = async (sdk) => {
  const reader = new Agent(sdk, "refresh_token");
  const { memory } = reader;

  await step("is turned away, finds the authorization server, and registers itself", async () => {
    const asked = await reader.isTurnedAway();
    assert.match(memory.client.client_id, /^client_/);
    assert.equal(asked.get("resource"), world.mcp);
  });

  await step("is let in", async () => {
    await reader.isLetIn();
    assert.equal(memory.given.scope, "read:notes");
  });

  await step("lists the tools and calls one", async () => {
    const { tools, text } = await reader.call("", "list_notes");
    assert.deepEqual(tools, ["list_notes"]);
    assert.equal(text, "");
  });

  await step("asks for more where a path needs more", async () => {
    // With a refresh token version 1 of the SDK renews instead, in vain: see docs/mcp.md.
    const editor = new Agent(sdk);
    await editor.isTurnedAway();
    await editor.isLetIn();
    const asked = await editor.isTurnedAway("/edit");
    assert.equal(asked.get("scope"), "read:notes write:notes");
    await editor.isLetIn("/edit");
    const { text } = await editor.call("/edit", "add_note", { text: "Water the plants" });
    assert.equal(text, "There are 1 notes.");
  });

  await step("asks at once for all that its first path needs", async () => {
    const editor = new Agent(sdk, "refresh_token");
    await editor.isTurnedAway("/edit");
    await editor.isLetIn("/edit");
    const { text } = await editor.call("/edit", "add_note", { text: "Feed the cat" });
    assert.equal(text, "There are 2 notes.");
    const list = await reader.call("", "list_notes");
    assert.equal(list.text, "Water the plants\nFeed the cat");
  });

  await step("renews its token", async () => {
    const before = memory.given;
    await reader.renews();
    assert.notEqual(memory.given.refresh_token, before.refresh_token);
    assert.notEqual(memory.given.access_token, before.access_token);
    await reader.call("", "list_notes");
  });

  await step("asks again when its token is worth nothing any more", async () => {
    memory.given = { ...memory.given, access_token: "none", refresh_token: "none" };
    await reader.isTurnedAway();
    await reader.isLetIn();
    await reader.call("", "list_notes");
  });

  await step("registers again when its registration is gone", async () => {
    const before = memory.client.client_id;
    memory.client = { ...memory.client, client_id: `${before.slice(0, -1)}_` };
    await reader.asksAgain();
    assert.notEqual(memory.client.client_id, before);
    await reader.call("", "list_notes");
  });
};
