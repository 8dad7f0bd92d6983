import type { LogEntry, OrderInput, Outcome } from '../clients/client-log.ts';
import { numberOfId } from './typed-id.ts';

/** A request of a client with what it was told, if it was told anything. */
export type ClientRequest = {
  readonly client: number;
  /** The client's user, as a number. */
  readonly userId: string;
  readonly outcome: Outcome | undefined;
} & (
  | { readonly act: 'place'; readonly key: string; readonly input: OrderInput }
  | { readonly act: 'cancel'; readonly orderId: string }
);

/**
 * Puts together what the log has line by line.
 *
 * @throws Error for a log in which a client never said who it is
 */
export function requestsOf(log: readonly LogEntry[]): ClientRequest[] {
  const userOf = new Map<number, string>();
  const outcomeOf = new Map<number, Outcome>();
  for (const entry of log) {
    if (entry.kind === 'joined') userOf.set(entry.client, numberOfId(entry.userId));
    if (entry.kind === 'told') outcomeOf.set(entry.request, entry.outcome);
  }
  return log.flatMap((entry): ClientRequest[] => {
    if (entry.kind !== 'place' && entry.kind !== 'cancel') return [];
    const { client } = entry;
    const userId = userOf.get(client);
    if (userId === undefined) throw new Error(`client ${client} never said who it is`);
    const outcome = outcomeOf.get(entry.request);
    return entry.kind === 'place'
      ? [{ act: 'place', client, userId, outcome, key: entry.key, input: entry.input }]
      : [{ act: 'cancel', client, userId, outcome, orderId: entry.orderId }];
  });
}
