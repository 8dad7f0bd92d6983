import type { Answer } from './balanced-client.ts';

/** What came of a load. */
export interface LoadOutcome {
  readonly answered: number;
  /** Why each request failed that did. */
  readonly failures: readonly string[];
}

/** Requests that are sent one after the other by each of several clients. */
export interface ConstantLoad {
  /** How many were answered without an error so far. */
  answered(): number;
  /** How many were not. */
  failed(): number;
  /** Lets those that are under way end. */
  stop(): Promise<LoadOutcome>;
}

/** @param ask sends the request of a number, from 0 */
export function startConstantLoad(clients: number, ask: (index: number) => Promise<Answer>): ConstantLoad {
  const failures: string[] = [];
  let answered = 0;
  let sent = 0;
  let isStopping = false;

  async function keepAsking(): Promise<void> {
    while (!isStopping) {
      try {
        const { errors } = await ask(sent++);
        if (errors) failures.push(JSON.stringify(errors));
        else answered += 1;
      } catch (error) {
        failures.push(String(error));
      }
    }
  }
  const asking = Promise.all(Array.from({ length: clients }, keepAsking));

  return {
    answered: () => answered,
    failed: () => failures.length,
    async stop() {
      isStopping = true;
      await asking;
      return { answered, failures };
    },
  };
}
