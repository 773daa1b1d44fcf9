// Starts a server with docs/mcp.md's product behind nginx, and sends each further client through it.
//
// It is given the binary of `keystile`, and the one of the client that is written in Rust.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Person } from "../person.mjs";

const [keystile, oauth2] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "keystile-clients-"));
const password = "quiet lantern harbour";
const email = "you@example.com";
const started = [];

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

const LOOKS = 200;
const BETWEEN_MILLIS = 50;

// Looks until an address answers as it should.
const until = async (url, isGood) => {
  for (let look = 0; look < LOOKS; look += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer && isGood(answer)) return;
    await new Promise((next) => setTimeout(next, BETWEEN_MILLIS));
  }
  throw new Error(`${url} does not answer as it should`);
};

const start = (program, ...words) => {
  const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  started.push(child);
};

const write = (name, text) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};

const command = (words, input) =>
  execFileSync(keystile, ["--config", join(folder, "config.toml"), ...words], { input }).toString();

const made = (...words) => {
  const client = JSON.parse(command(["client", "add", "--product", "notes", ...words, "--json"]));
  return { id: client.client_id, secret: client.client_secret };
};

const block = (page, language) => page.split(`\`\`\`${language}\n`)[1].split("```")[0];

// The page's server, Keystile, and nginx in front; what the clients are told.
const world = async () => {
  const ports = { web: await freePort(), gate: await freePort() };
  Object.assign(ports, { nginx: await freePort(), mcp: await freePort(), callback: await freePort() });
  const page = readFileSync(join(here, "../../../docs/mcp.md"), "utf8")
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${ports.nginx}`)
    .replaceAll("9000", `${ports.mcp}`);
  write("server/server.mjs", block(page, "js"));
  symlinkSync(join(here, "../node_modules"), join(folder, "server/node_modules"));
  start(process.execPath, join(folder, "server/server.mjs"));

  const listen = `web = "127.0.0.1:${ports.web}"\ngate = "127.0.0.1:${ports.gate}"`;
  write("config.toml", `public_url = "http://127.0.0.1:${ports.web}"\n[listen]\n${listen}\n`);
  write("plugins/notes.toml", block(page, "toml"));
  command(["workspace", "add", "acme", "--name", "Acme", "--plan", "enterprise"]);
  const member = ["--workspace", "acme", "--role", "owner", "--password-stdin"];
  command(["user", "add", email, "--operator", ...member], `${password}\n`);
  start(keystile, "--config", join(folder, "config.toml"), "serve");
  await until(`http://127.0.0.1:${ports.gate}/healthz`, (answer) => answer.ok);

  const at = ["--listen", `127.0.0.1:${ports.nginx}`, "--upstream", `127.0.0.1:${ports.mcp}`];
  const site = command(["nginx", "notes", ...at, "--log-folder", folder]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  const user = process.getuid() === 0 ? "user root;" : "";
  const top = `daemon off; ${user} pid ${folder}/nginx.pid; error_log ${folder}/error.log;`;
  write("nginx.conf", `${top}\nevents {}\nhttp {\n${paths}\n${site}\n}\n`);
  start("nginx", "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf"));
  const document = `http://127.0.0.1:${ports.nginx}/.well-known/oauth-protected-resource/mcp`;
  await until(document, (answer) => answer.ok);

  const redirect_uri = "http://127.0.0.1:33422/callback";
  const suite = `http://127.0.0.1:${ports.callback}/callback`;
  const itself = ["--grant", "client_credentials", "--workspace", "acme", "--scope", "read:notes"];
  return {
    issuer: `http://127.0.0.1:${ports.web}`,
    mcp: `http://127.0.0.1:${ports.nginx}/mcp`,
    email,
    password,
    node24: join(here, "node_modules/.bin/node"),
    service: made("--name", "Nightly", "--confidential", ...itself),
    app: { ...made("--name", "Sync", "--confidential", "--redirect-uri", redirect_uri), redirect_uri },
    conformance: { ...made("--name", "Suite", "--redirect-uri", suite), port: `${ports.callback}` },
  };
};

// Runs a client; what it has done. A line that is an address is where it sends the person.
const run = async (words, told) => {
  const [program, ...rest] = words;
  const stdio = ["pipe", "pipe", "inherit"];
  const child = spawn(program, [...rest, JSON.stringify(told)], { stdio });
  const ended = new Promise((end) => child.on("exit", end));
  let steps;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("http")) child.stdin.write(`${await new Person(told).allows(line)}\n`);
    else if (line.startsWith("{")) ({ steps } = JSON.parse(line));
  }
  return (await ended) === 0 ? steps : undefined;
};

const clients = {
  "npm openid-client": [process.execPath, join(here, "openid_client.mjs")],
  "crate oauth2": [oauth2],
  "npm @modelcontextprotocol/client": [process.execPath, join(here, "mcp_client.mjs")],
  "npm @modelcontextprotocol/conformance": [process.execPath, join(here, "conformance.mjs")],
};

try {
  const told = await world();
  for (const [name, words] of Object.entries(clients)) {
    const steps = await run(words, told);
    if (!steps) process.exitCode = 1;
    console.log(`${steps ? "passed" : "FAILED"}: ${name}${(steps ?? []).map((it) => `\n  ${it}`).join("")}`);
  }
} finally {
  started.reverse().forEach((child) => child.kill());
  rmSync(folder, { recursive: true, force: true });
}
