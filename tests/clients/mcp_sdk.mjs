// An agent on version 1 of the MCP SDK.
import { auth, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { goThrough } from "./mcp_steps.mjs";
import { finish } from "./world.mjs";

await goThrough({ auth, Client, StreamableHTTPClientTransport, UnauthorizedError });
finish();
