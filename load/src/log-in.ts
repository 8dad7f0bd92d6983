import { ask } from './ask.ts';

const LOG_IN = 'mutation($input: LogInInput!) { logIn(input: $input) { ... on SessionOpened { accessToken } } }';
const PASSWORD = 'tributary';

/**
 * Logs a user of the seed data in.
 * @param url the gateway's, without a path
 * @param name the demo user, or the administrator
 * @returns the access token
 * @throws Error when there is no gateway, or none that knows such a user
 */
export async function logIn(url: string, name: 'demo' | 'admin'): Promise<string> {
  const input = { email: `${name}@tributary.example`, password: PASSWORD };
  const { logIn: session } = await ask<{ logIn: { accessToken?: string } }>(url, LOG_IN, { input });
  if (session.accessToken === undefined) throw new Error(`${input.email} cannot log in to ${url}`);
  return session.accessToken;
}
