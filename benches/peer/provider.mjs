// npm's oidc-provider with its store in memory, as its documentation sets it up: one service that gets
// tokens for itself, and asks what they are worth. It is given its port, the service's id and secret.
import { Provider } from "oidc-provider";

const [port, client_id, client_secret] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id,
      client_secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
  },
  scopes: ["read:things"],
  ttl: { ClientCredentials: 3600 },
});

provider.listen(Number(port), "127.0.0.1");
