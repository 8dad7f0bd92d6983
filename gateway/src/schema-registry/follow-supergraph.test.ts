import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { type FollowOptions, followSupergraph, type SupergraphFollower } from './follow-supergraph.ts';
import type { SupergraphReading, SupergraphSource } from './supergraph-source.ts';

const schemaOf = (version: string) => ({ version, sdl: `sdl of ${version}`, smokeOperations: [] });

/** A source whose current version is set by hand, with a promise for the next time that it was asked twice. */
class HandSource implements SupergraphSource {
  current: string | undefined;
  failure: Error | undefined;
  readonly #readers: (() => void)[] = [];

  async read(knownVersion: string | undefined): Promise<SupergraphReading> {
    for (const reader of this.#readers.splice(0)) reader();
    if (this.failure) throw this.failure;
    if (this.current === undefined) return { kind: 'nothing' };
    return this.current === knownVersion
      ? { kind: 'unchanged' }
      : { kind: 'published', schema: schemaOf(this.current) };
  }

  /** Resolves when what the source has now was looked at: at the second reading, the one under way may be older. */
  async wasSeen(): Promise<void> {
    for (let readings = 0; readings < 2; readings += 1) {
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
  }
}

let follower: SupergraphFollower;
afterEach(() => follower.stop());

function follow(options: Partial<FollowOptions> = {}) {
  const source = new HandSource();
  const { logger, lines } = createCapturedLogger();
  const serve = jest.fn(async (_schema: { version: string }) => undefined);
  follower = followSupergraph(source, { served: 'one', serve, logger, pollMs: 5, retryMs: 60_000, ...options });
  source.current = 'one';
  return { source, serve, lines, versions: () => serve.mock.calls.map(([{ version }]) => version) };
}

describe('following a supergraph', () => {
  it('serves each version once', async () => {
    const { source, versions } = follow();
    await source.wasSeen();
    expect(versions()).toEqual([]);
    source.current = 'two';
    await source.wasSeen();
    await source.wasSeen();
    expect(versions()).toEqual(['two']);
  });

  it('keeps what it serves when a version cannot be served, and does not try that again at once', async () => {
    const { source, serve, versions } = follow();
    serve.mockRejectedValue(new Error('no such subgraph'));
    source.current = 'two';
    await source.wasSeen();
    await source.wasSeen();
    expect(versions()).toEqual(['two']);

    serve.mockResolvedValue(undefined);
    source.current = 'three';
    await source.wasSeen();
    expect(versions()).toEqual(['two', 'three']);
  });

  it('tries a version again later', async () => {
    const { source, serve, versions } = follow({ retryMs: 0 });
    serve.mockRejectedValueOnce(new Error('no such subgraph'));
    source.current = 'two';
    await source.wasSeen();
    await source.wasSeen();
    expect(versions()).toEqual(['two', 'two']);
  });

  it('serves nothing when somebody goes back from a version that could not be served', async () => {
    const { source, serve, versions } = follow();
    serve.mockRejectedValue(new Error('no such subgraph'));
    source.current = 'two';
    await source.wasSeen();
    source.current = 'one';
    await source.wasSeen();
    expect(versions()).toEqual(['two']);
  });

  it('keeps what it serves while the source is away or empty, and follows it again', async () => {
    const { source, serve, versions } = follow();
    source.failure = new Error('connection refused');
    await source.wasSeen();
    source.failure = undefined;
    source.current = undefined;
    await source.wasSeen();
    expect(serve).not.toHaveBeenCalled();
    source.current = 'two';
    await source.wasSeen();
    expect(versions()).toEqual(['two']);
  });

  it('waits at its end for a change that is under way, and says nothing when that is given up', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { source, serve, lines } = follow();
    serve.mockImplementation(async () => {
      begun.resolve();
      await ended.promise;
      throw new Error('given up');
    });
    source.current = 'two';
    await begun.promise;
    let isStopped = false;
    const stopped = follower.stop().then(() => {
      isStopped = true;
    });
    await Promise.resolve();
    expect(isStopped).toBe(false);
    ended.resolve();
    await stopped;
    expect(lines).toEqual([]);
  });
});
