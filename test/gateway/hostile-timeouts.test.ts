import { describe, it } from '@jest/globals';
import { expectFailedFetch, expectPeace, operationNames, startHostileScene } from './hostile-scene.ts';
import type { HostileReply } from './hostile-subgraph.ts';
import { replyWith } from './hostile-subgraph.ts';

// Long enough that the honest subgraph never needs it, however busy the machine.
const TIMEOUT_MS = 5_000;
const TEST_LIMIT_MS = 60_000;

describe('a subgraph is not waited for when it', () => {
  // They wait beside each other, each for a subgraph of its own.
  it.concurrent.each<[string, HostileReply]>([
    ['never answers', () => undefined],
    ['answers too late', (target, honest) => target.on('close', () => replyWith(target, honest))],
    ['stops after the headers', (target) => target.writeHead(200).flushHeaders()],
    [
      'sends spaces for ever',
      (target) => {
        target.writeHead(200);
        const timer = setInterval(() => target.write(' '), 20);
        target.on('close', () => clearInterval(timer));
      },
    ],
  ])(
    '%s',
    async (_case, reply) => {
      const scene = await startHostileScene(TIMEOUT_MS);
      try {
        scene.reviews.reply = reply;
        await Promise.all(operationNames.map((operation) => expectFailedFetch(scene, operation, 'SUBGRAPH_TIMEOUT')));
        await expectPeace(scene);
      } finally {
        await scene.stop();
      }
    },
    TEST_LIMIT_MS,
  );
});
