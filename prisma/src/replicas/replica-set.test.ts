import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DatabaseUnavailableError, type UnavailableReason } from '../errors/database-unavailable-error.ts';
import { DatabaseNode, type NodeState } from './database-node.ts';
import { ReplicaSet } from './replica-set.ts';

const HEALTHY = { status: 'healthy', role: 'replica', progress: { lsn: '0/1', lagMs: 0, timeline: 1 } } as const;

let turned: string[];

let probed: string[];
/** What a probe finds from now on. */
let foundBy: Record<string, NodeState>;
/** Whose probes do not end. */
let frozen: string | undefined;

function newNode(name: string, onTurn: (node: DatabaseNode<string>) => void): DatabaseNode<string> {
  const probe = async () => {
    probed.push(name);
    if (name === frozen) return new Promise<void>(() => undefined);
    node.turn(foundBy[name] ?? HEALTHY);
  };
  const node: DatabaseNode<string> = new DatabaseNode({
    name,
    client: name,
    onTurn,
    probe: { now: probe, anew: probe },
  });
  return node;
}

function replicaSet(names: string[]): { set: ReplicaSet<string>; node: (name: string) => DatabaseNode<string> } {
  const onTurn = (node: DatabaseNode<string>) => turned.push(`${node.name} ${node.state.status}`);
  const nodes = new Map(names.map((name) => [name, newNode(name, onTurn)]));
  for (const node of nodes.values()) node.turn(HEALTHY);
  turned = [];
  const nodeOf = (name: string) => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  };
  return { set: new ReplicaSet([...nodes.values()]), node: nodeOf };
}

const unavailable = (node: string, reason: UnavailableReason) =>
  new DatabaseUnavailableError({ database: 'catalog', node, reason }, new Error('gone'));
const onPrimary = async () => 'primary';

beforeEach(() => {
  probed = [];
  foundBy = {};
  frozen = undefined;
  turned = [];
});

describe('a set of replicas', () => {
  it('takes them in turn while nothing is outstanding', async () => {
    const { set } = replicaSet(['a', 'b', 'c']);
    const chosen = [];
    for (let read = 0; read < 6; read += 1) chosen.push(await set.read(async (client) => client, onPrimary));
    expect(chosen.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('prefers the one with the fewest outstanding requests', async () => {
    const { set, node } = replicaSet(['slow', 'fast']);
    const held = Promise.withResolvers<void>();
    const slow = [1, 2, 3].map(() => node('slow').use(() => held.promise));
    const chosen = await Promise.all([1, 2, 3].map(() => set.read(async (client) => client, onPrimary)));
    expect(chosen).toEqual(['fast', 'fast', 'fast']);
    held.resolve();
    await Promise.all(slow);
    expect(node('slow').outstanding).toBe(0);
  });

  it('counts a failed request as answered', async () => {
    const { set, node } = replicaSet(['a']);
    await expect(set.read(() => Promise.reject(new Error('syntax')), onPrimary)).rejects.toThrow('syntax');
    expect(node('a').outstanding).toBe(0);
    expect(node('a').state.status).toBe('healthy');
  });

  it('reads elsewhere when one cannot be reached, and leaves it alone until a probe finds it healthy', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    const read = () =>
      set.read(async (client) => {
        if (client === 'a') throw unavailable('a', 'unreachable');
        return client;
      }, onPrimary);
    expect(await Promise.all([read(), read(), read(), read()])).toEqual(['b', 'b', 'b', 'b']);
    expect(node('a').state).toEqual({ status: 'unhealthy', reason: 'gone' });
    expect(turned).toEqual(['a unhealthy']);

    node('a').turn(HEALTHY);
    const all = await Promise.all([1, 2].map(() => set.read(async (client) => client, onPrimary)));
    expect(all.toSorted()).toEqual(['a', 'b']);
  });

  it('recognises the failure also when Prisma has wrapped it', async () => {
    const { set, node } = replicaSet(['a']);
    const wrapped = { code: 'DATABASE_UNAVAILABLE', meta: { unavailable: unavailable('a', 'unreachable') } };
    expect(await set.read(() => Promise.reject(wrapped), onPrimary)).toBe('primary');
    expect(node('a').state.status).toBe('unhealthy');
  });

  it('reads on the primary when none is healthy, or there is none at all', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    node('a').turn({ status: 'unhealthy', reason: 'probe' });
    node('b').turn({ status: 'unhealthy', reason: 'probe' });
    expect(await set.read(async (client) => client, onPrimary)).toBe('primary');
    expect(await new ReplicaSet<string>([]).read(async (client) => client, onPrimary)).toBe('primary');
  });

  it('leaves out one that was promoted', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    node('a').turn({ ...HEALTHY, role: 'primary' });
    expect(turned).toEqual(['a healthy']);
    expect(await Promise.all([1, 2].map(() => set.read(async (client) => client, onPrimary)))).toEqual(['b', 'b']);
  });

  it('does not pass the load of an overloaded replica on to others', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    let attempts = 0;
    const reading = set.read((client) => {
      attempts += 1;
      return Promise.reject(unavailable(client, 'overloaded'));
    }, onPrimary);
    await expect(reading).rejects.toMatchObject({ reason: 'overloaded' });
    expect(attempts).toBe(1);
    expect([node('a').state.status, node('b').state.status]).toEqual(['healthy', 'healthy']);
  });

  it('reads elsewhere what a replica cancelled to go on replaying, and keeps that replica', async () => {
    const { set, node } = replicaSet(['a']);
    expect(await set.read(() => Promise.reject({ code: '40001' }), onPrimary)).toBe('primary');
    expect(node('a').state.status).toBe('healthy');
  });
});

describe('a read that asks for a position', () => {
  const at = (lsn: string): NodeState => ({
    status: 'healthy',
    role: 'replica',
    progress: { lsn, lagMs: 0, timeline: 1 },
  });
  const readAt = (set: ReplicaSet<string>, position: number) =>
    set.read(async (client) => client, onPrimary, { timeline: 0, bytes: position });

  it('goes to the replica that is known to have replayed so far, and asks none', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    node('b').turn(at('0/20'));
    expect(await Promise.all([readAt(set, 0x20), readAt(set, 0x20), readAt(set, 0x11)])).toEqual(['b', 'b', 'b']);
    expect(probed).toEqual([]);
  });

  it('asks one replica when none is known to be there, and reads it when it is by now', async () => {
    const { set } = replicaSet(['a', 'b']);
    foundBy = { a: at('0/20'), b: at('0/20') };
    const read = await readAt(set, 0x20);
    expect(probed).toEqual([read]);
  });

  it('reads the primary when the replica that was asked is still behind, or turns out to be away', async () => {
    const { set } = replicaSet(['a']);
    foundBy = { a: at('0/1F') };
    expect(await readAt(set, 0x20)).toBe('primary');
    foundBy = { a: { status: 'unhealthy', reason: 'refused' } };
    expect(await readAt(set, 0x20)).toBe('primary');
    expect(probed).toEqual(['a', 'a']);
  });

  it('is not read on a replica of a lower timeline, which may have gone on from another point', async () => {
    const { set, node } = replicaSet(['a']);
    node('a').turn(at('0/20'));
    const readOn = (timeline: number) => set.read(async (client) => client, onPrimary, { timeline, bytes: 0x10 });
    foundBy = { a: at('0/20') };
    expect([await readOn(1), await readOn(2)]).toEqual(['a', 'primary']);
  });

  it('reads the primary when the replica that was asked does not say where it is', async () => {
    const frozen: DatabaseNode<string> = new DatabaseNode({
      name: 'frozen',
      client: 'frozen',
      onTurn: () => undefined,
      probe: { now: () => new Promise(() => undefined), anew: () => new Promise(() => undefined) },
    });
    frozen.turn(at('0/1'));

    expect(await readAt(new ReplicaSet([frozen]), 0x20)).toBe('primary');
  });

  it('forgets how far a replica was when it turns unhealthy', async () => {
    const { set, node } = replicaSet(['a']);
    node('a').turn(at('0/20'));
    node('a').turn({ status: 'unhealthy', reason: 'refused' });
    expect(node('a').position).toEqual({ timeline: 0, bytes: 0 });
    expect(await readAt(set, 0x10)).toBe('primary');
  });
});

describe('a read for which neither a healthy replica nor the primary is there', () => {
  const AWAY = { status: 'unhealthy', reason: 'probe' } as const;
  const withoutPrimary = () => Promise.reject(unavailable('primary', 'unreachable'));

  it('is read on one that was given up, and turns out to be well', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    node('a').turn(AWAY);
    node('b').turn(AWAY);
    foundBy = { b: AWAY };
    expect(await set.read(async (client) => client, withoutPrimary)).toBe('a');
    expect(probed.toSorted()).toEqual(['a', 'b']);
    expect(await set.read(async (client) => client, withoutPrimary)).toBe('a');
    expect(probed).toHaveLength(2);
  });

  it('causes no probe when the primary answers, or has a reason of its own to refuse it', async () => {
    const { set, node } = replicaSet(['a']);
    node('a').turn(AWAY);
    expect(await set.read(async (client) => client, onPrimary)).toBe('primary');
    const overloaded = () => Promise.reject(unavailable('primary', 'overloaded'));
    await expect(set.read(async (client) => client, overloaded)).rejects.toThrow('is overloaded');
    expect(probed).toEqual([]);
  });

  it('causes one probe of each, however many there are, until it has been healthy again', async () => {
    const { set, node } = replicaSet(['a']);
    node('a').turn(AWAY);
    foundBy = { a: AWAY };
    const refused = () => expect(set.read(async (client) => client, withoutPrimary)).rejects.toThrow('unreachable');
    await Promise.all(Array.from({ length: 20 }, refused));
    await refused();
    expect(probed).toEqual(['a']);

    node('a').turn(HEALTHY);
    node('a').turn(AWAY);
    await refused();
    expect(probed).toEqual(['a', 'a']);
  });

  it('is read on the very one that cut it off, and turns out to be well', async () => {
    const { set } = replicaSet(['a']);
    let asked = 0;
    const cutOffOnce = async (client: string) => {
      asked += 1;
      if (asked === 1) throw unavailable(client, 'unreachable');
      return client;
    };
    expect(await set.read(cutOffOnce, withoutPrimary)).toBe('a');
    expect([asked, probed]).toEqual([2, ['a']]);
  });

  it('goes on with the next one when the first that is back cuts it off', async () => {
    const { set, node } = replicaSet(['a', 'b']);
    node('a').turn(AWAY);
    node('b').turn(AWAY);
    const asked: string[] = [];
    const cutOffFirst = async (client: string) => {
      asked.push(client);
      if (asked.length === 1) throw unavailable(client, 'unreachable');
      return client;
    };
    expect(await set.read(cutOffFirst, withoutPrimary)).toBe(asked[1]);
    expect(asked.toSorted()).toEqual(['a', 'b']);
  });

  it('gives the reason of the primary when a replica that is well cancels it, and is not sent there again', async () => {
    const { set } = replicaSet(['a']);
    let cancelled = 0;
    const cancel = () => {
      cancelled += 1;
      return Promise.reject(Object.assign(new Error('conflict with recovery'), { code: '40001' }));
    };
    await expect(set.read(cancel, withoutPrimary)).rejects.toMatchObject({ node: 'primary', reason: 'unreachable' });
    expect([cancelled, probed]).toEqual([1, []]);
  });

  it('gives the reason of the primary when the only one that is back cuts it off', async () => {
    const { set, node } = replicaSet(['a']);
    node('a').turn(AWAY);
    const cutOff = () => Promise.reject(unavailable('a', 'unreachable'));
    await expect(set.read(cutOff, withoutPrimary)).rejects.toMatchObject({ node: 'primary' });
    expect(node('a').state.status).toBe('unhealthy');
  });

  it('waits for no replica that is frozen when another one is back', async () => {
    const { set, node } = replicaSet(['frozen', 'b']);
    node('frozen').turn(AWAY);
    node('b').turn(AWAY);
    frozen = 'frozen';
    // Its time is never up.
    jest.useFakeTimers();
    try {
      expect(await set.read(async (client) => client, withoutPrimary)).toBe('b');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a replica that does not answer', () => {
  const frozen = (onRead: () => void) => (client: string) => {
    if (client === 'other') return Promise.resolve('other');
    onRead();
    return new Promise<string>(() => undefined);
  };

  it('is not waited for when it is found to be frozen', async () => {
    const { set, node } = replicaSet(['frozen']);
    const began = Promise.withResolvers<void>();
    const reads = Array.from({ length: 50 }, () => set.read(frozen(began.resolve), onPrimary));
    await began.promise;
    node('frozen').turn({ status: 'unhealthy', reason: 'silent' });

    expect(new Set(await Promise.all(reads))).toEqual(new Set(['primary']));
  });

  it('is not waited for after a quarter of a second, by few reads at a time', async () => {
    const { set, node } = replicaSet(['frozen']);
    const answered: string[] = [];
    const reads = Array.from({ length: 50 }, async () => {
      answered.push(
        await set.read(
          frozen(() => undefined),
          onPrimary,
        ),
      );
    });
    await Promise.race(reads);
    await new Promise(setImmediate);

    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThanOrEqual(10);
    node('frozen').turn({ status: 'unhealthy', reason: 'silent' });
    await Promise.all(reads);
  });

  it('is taken all the same when it answers before the other does', async () => {
    const { set } = replicaSet(['slow']);
    const answer = Promise.withResolvers<string>();
    const reading = set.read(
      () => answer.promise,
      () => {
        answer.resolve('late');
        return new Promise<string>(() => undefined);
      },
    );

    expect(await reading).toBe('late');
  });

  it('leaves what the other says when it fails in the end', async () => {
    const { set, node } = replicaSet(['slow']);
    const answer = Promise.withResolvers<string>();
    const reading = set.read(
      () => answer.promise,
      async () => {
        answer.reject(new Error('cut'));
        throw new Error('no primary');
      },
    );
    node('slow').turn({ status: 'unhealthy', reason: 'silent' });

    await expect(reading).rejects.toThrow('no primary');
  });
});
