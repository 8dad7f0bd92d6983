import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import {
  expectFailedFetch,
  expectPeace,
  type HostileScene,
  operationNames,
  startHostileScene,
} from './hostile-scene.ts';
import type { HostileReply } from './hostile-subgraph.ts';
import { replyWith } from './hostile-subgraph.ts';

let scene: HostileScene;

// Long enough that the honest subgraph never needs it, however busy the machine.
const TIMEOUT_MS = 5_000;

beforeAll(async () => {
  scene = await startHostileScene(TIMEOUT_MS);
});
afterAll(() => scene.stop());
afterEach(() => expectPeace(scene));

describe('a subgraph is not waited for when it', () => {
  it.each<[string, HostileReply]>([
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
  ])('%s', async (_case, reply) => {
    scene.reviews.reply = reply;

    await Promise.all(operationNames.map((operation) => expectFailedFetch(scene, operation, 'SUBGRAPH_TIMEOUT')));
  });
});
