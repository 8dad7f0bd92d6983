import { z } from 'zod';
import type { DataCommands } from './data-commands.ts';

const DEMO_EMAIL = 'demo@tributary.example';
const DEMO_PASSWORD = 'tributary';

const logInAnswer = z.object({
  data: z.object({ logIn: z.object({ accessToken: z.string(), accessTokenExpiresAt: z.string() }) }),
});

/**
 * What to do with a stack that has just come up: its address, a token of the demo user, and a query to paste.
 *
 * @param urls the gateways', without a path
 * @param commands those that reach this stack's data
 * @throws ZodError or TypeError when the gateway does not log the demo user in
 */
export async function welcome([url, ...others]: readonly string[], commands: DataCommands): Promise<string> {
  const more = others.map((other) => `\n            ${other}/graphql`).join('');
  const { accessToken, accessTokenExpiresAt } = await logInAsDemoUser(`${url}/graphql`);
  return `
Tributary is up.

  GraphQL   ${url}/graphql${more}
  Explorer  ${url}/ (Apollo Sandbox; without a network, and always at ${url}/explorer, our own)
  Demo user ${DEMO_EMAIL}, password ${DEMO_PASSWORD} (also merchant@ and admin@tributary.example)
  Token     until ${accessTokenExpiresAt}:
${accessToken}

Try it:

curl ${url}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer ${accessToken}' \\
  -d '{"query":"{ me { displayName orders(first: 2) { nodes { status items { quantity product { title } } } } } }"}'

Where the shards are, and moving them:

${commands.shards}

Ctrl-C stops everything. This forgets the data: ${commands.reset}
`;
}

async function logInAsDemoUser(endpoint: string) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation LogIn($input: LogInInput!) {
        logIn(input: $input) { ... on SessionOpened { accessToken accessTokenExpiresAt } }
      }`,
      variables: { input: { email: DEMO_EMAIL, password: DEMO_PASSWORD } },
    }),
  });
  return logInAnswer.parse(await response.json()).data.logIn;
}
