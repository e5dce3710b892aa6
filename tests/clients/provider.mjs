// The certified OpenID provider of npm, for one client; its own pages ask for a login and take any password.
import Provider from "oidc-provider";

const [port, back] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "village-credit", client_secret: "a secret of the test", redirect_uris: [back] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email", "email_verified"] },
  cookies: { keys: ["a key of the test"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.org`, email_verified: id !== "li" }),
  }),
  pkce: { required: () => true },
});
provider.listen(Number(port), "localhost");
