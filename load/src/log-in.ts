/**
 * Logs the demo user of the seed data in.
 *
 * @param url the gateway's, without a path
 * @returns the access token
 * @throws Error with the gateway's answer when there is no such user
 */
export async function logIn(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation {
        logIn(input: { email: "demo@tributary.example", password: "tributary" }) { ... on SessionOpened { accessToken } }
      }`,
    }),
  });
  const text = await response.text();
  const token: unknown = JSON.parse(text).data?.logIn?.accessToken;
  if (typeof token !== 'string') throw new Error(`The demo user cannot log in: ${text}`);
  return token;
}
