import { describe, expect, it } from '@jest/globals';
import { probeUntil } from './probe-until.ts';

/** A server that answers when the test says so. */
function server() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { anew: () => promise, answer: resolve };
}

describe('probing until something is told', () => {
  it('waits for no server that is frozen once another one has told it', async () => {
    const [frozen, first, second] = [server(), server(), server()];
    const told = new Set(['nothing']);
    const probing = probeUntil([frozen, first, second], () => told.has('what is asked for'));
    first.answer();
    await first.anew();
    told.add('what is asked for');
    second.answer();

    await expect(probing).resolves.toBeUndefined();
  });

  it('ends when all have answered, though none has told it', async () => {
    const servers = [server(), server()];
    const probing = probeUntil(servers, () => false);
    for (const { answer } of servers) answer();

    await expect(probing).resolves.toBeUndefined();
  });
});
