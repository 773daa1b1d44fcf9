// The MCP conformance suite's scenarios for authorization servers; the person goes where it says.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Person } from "../person.mjs";
import { finish, step, world } from "../world.mjs";

const script = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const suite = fileURLToPath(new URL(script, import.meta.url));
const person = new Person(world);
const { id, port } = world.conformance;

await step("passes the authorization server's scenarios", async () => {
  const words = ["authorization", "--url", world.issuer, "--client-id", id];
  words.push("--resource", world.mcp, "--port", port);
  const child = spawn(world.node24, [suite, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((end) => child.on("exit", end));
  for await (const line of createInterface({ input: child.stdout })) {
    console.error(line);
    if (line.startsWith(`${world.issuer}/`)) await fetch(await person.allows(line.trim()));
  }
  assert.equal(await ended, 0);
});

finish();
