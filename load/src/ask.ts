/**
 * Asks a gateway.
 * @param url without a path
 * @returns the data
 * @throws Error with the gateway's answer when it has errors
 */
export async function ask<Data>(
  url: string,
  query: string,
  variables: object,
  { token, idempotencyKey }: { token?: string; idempotencyKey?: string } = {},
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text);
  if (errors !== undefined || data == null) throw new Error(`the gateway answered ${text.slice(0, 500)}`);
  return data;
}
