import type { Operation } from '../faults/load/operation.ts';
import { missingParts } from '../faults/load/sample.ts';
import { type Answer, type BalancedClient, createBalancedClient } from './balanced-client.ts';
import { type ConstantLoad, startConstantLoad } from './constant-load.ts';

/**
 * Clients that ask for one operation after the other, queries and mutations; those that take an idempotency key have it in the header,
 * as clients are told to send it. An answer that lacks anything is a failure.
 * @param urls of gateways, without a path
 */
export function startMarketplaceLoad(
  operations: readonly Operation[],
  urls: readonly string[],
  clients: number,
): ConstantLoad {
  const client = createBalancedClient(urls);
  const load = startConstantLoad(clients, async (index) => {
    const operation = operations[index % operations.length];
    if (operation === undefined) throw new Error('there is nothing to ask for');
    return ask(client, operation, Math.floor(index / operations.length));
  });
  return {
    answered: load.answered,
    failed: load.failed,
    async stop() {
      const outcome = await load.stop();
      await client.stop();
      return outcome;
    },
  };
}

/** Whether the gateway asks for it elsewhere when the instance that it asked dies: a query, or a mutation that takes a key. */
export function isSentAgain({ query, variables }: Operation): boolean {
  return !query.startsWith('mutation') || keyOf(variables(0)) !== undefined;
}

async function ask(client: BalancedClient, operation: Operation, index: number): Promise<Answer> {
  const { name, query, token } = operation;
  const variables = operation.variables(index);
  const key = keyOf(variables);
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  try {
    const answer = await client.post({ query, variables }, headers);
    const [missing] = missingParts(operation, JSON.stringify(answer));
    if (missing) throw new Error(JSON.stringify(answer).slice(0, 1_000));
    return answer;
  } catch (error) {
    throw new Error(`${new Date().toISOString()} ${name}: ${error}`);
  }
}

/** The header is not to differ from what the input has. */
function keyOf({ input }: Record<string, unknown>): string | undefined {
  const hasKey = typeof input === 'object' && input !== null && 'idempotencyKey' in input;
  return hasKey ? String(input.idempotencyKey) : undefined;
}
