// An agent on version 2 of the MCP SDK.
import assert from "node:assert/strict";
import {
  auth,
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { Agent } from "../agent.mjs";
import { goThrough } from "../mcp_steps.mjs";
import { finish, step } from "../world.mjs";

const sdk = { auth, Client, StreamableHTTPClientTransport, UnauthorizedError };
await goThrough(sdk);

await step("asks for more although it could renew", async () => {
  const agent = new Agent(sdk, "refresh_token");
  await agent.isTurnedAway();
  await agent.isLetIn();
  const asked = await agent.isTurnedAway("/edit");
  assert.equal(asked.get("scope"), "read:notes write:notes");
  await agent.isLetIn("/edit");
  await agent.call("/edit", "add_note", { text: "Mow the lawn" });
});

finish();
