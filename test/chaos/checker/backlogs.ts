import type { Evidence, Violation } from './evidence.ts';

const RULE = 'every event reaches its consumers';

/** Nothing waits to be published or handled, and nothing was given up. */
export function checkBacklogs({ backlogs }: Evidence): Violation[] {
  return backlogs.map(({ where, events }) => ({ rule: RULE, detail: `${where}: ${events} events` }));
}
