import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { createKeyRing, type KeyRing } from './key-ring.ts';

const changes: string[] = [];
let ring: KeyRing;
afterEach(async () => {
  changes.length = 0;
  await ring.stop();
});

/** A ring over a publisher that a test can change, and that counts how often it is asked. */
function ringOver(publish: () => readonly JWK[], options: { pauseMs?: number } = {}) {
  const asked = { times: 0 };
  ring = createKeyRing({
    reader: {
      name: 'https://keys.test',
      async read() {
        asked.times += 1;
        return [JSON.stringify({ keys: publish() })];
      },
      stop: async () => undefined,
    },
    algorithms: ['EdDSA'],
    refreshIntervalMs: 3_600_000,
    pauseMs: options.pauseMs ?? 0,
    onChange: () => changes.push('changed'),
    onError: () => undefined,
  });
  return asked;
}

async function publicJwk(kid?: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }) };
}

const idsFor = (kid?: string) => ring.find({ alg: 'EdDSA', kid }).keys.map(({ id }) => id);

describe('a key ring', () => {
  it('finds the key that a token names, and no other', async () => {
    const keys = [await publicJwk('one'), await publicJwk('two')];
    ringOver(() => keys);
    await ring.refresh();

    expect(ring.find({ alg: 'EdDSA', kid: 'two' })).toMatchObject({ keys: [{ id: 'two' }], isNamed: true });
    expect(idsFor('three')).toEqual([]);
    expect(idsFor()).toEqual(['one', 'two']);
    expect(ring.find({ alg: 'ES256', kid: 'two' }).keys).toEqual([]);
  });

  it('offers a key without a name for every name', async () => {
    const keys = [await publicJwk('one'), await publicJwk()];
    ringOver(() => keys);
    await ring.refresh();

    expect(ring.find({ alg: 'EdDSA', kid: 'other' })).toMatchObject({ keys: [{ isNamed: false }], isNamed: false });
  });

  it('takes and drops keys as they are published, and says when they changed', async () => {
    const [old, next] = [await publicJwk('old'), await publicJwk('next')];
    let published = [old];
    ringOver(() => published);
    await ring.refresh();
    await ring.refresh();
    expect(changes).toHaveLength(1);

    published = [next];
    await ring.refresh();

    expect([idsFor('old'), idsFor('next')]).toEqual([[], ['next']]);
    expect(changes).toHaveLength(2);
  });

  it('keeps its keys while the publisher fails', async () => {
    const key = await publicJwk('one');
    let isUp = true;
    ringOver(() => {
      if (isUp) return [key];
      throw new Error('down');
    });
    await ring.refresh();

    isUp = false;

    await expect(ring.refresh()).rejects.toThrow('cannot read a public key from https://keys.test: down');
    expect(idsFor('one')).toEqual(['one']);
  });

  it('asks the publisher once for all who ask at once, and for no unknown key within the pause', async () => {
    const key = await publicJwk('one');
    const published: JWK[] = [];
    const asked = ringOver(() => published, { pauseMs: 3_600_000 });
    await Promise.all(Array.from({ length: 100 }, () => ring.refreshForUnknown()));
    expect(asked.times).toBe(1);

    published.push(key);
    await Promise.all(Array.from({ length: 100 }, () => ring.refreshForUnknown()));

    expect([asked.times, idsFor('one')]).toEqual([1, []]);
  });

  it('asks for an unknown key however little before it was asked for none', async () => {
    const key = await publicJwk('one');
    const published: JWK[] = [];
    const asked = ringOver(() => published, { pauseMs: 3_600_000 });
    await ring.refresh();
    published.push(key);
    await ring.refreshForUnknown();

    expect([asked.times, idsFor('one')]).toEqual([2, ['one']]);
  });

  it('asks when it is time within the pause, too, which goes on', async () => {
    const asked = ringOver(() => [], { pauseMs: 3_600_000 });
    await ring.refreshForUnknown();
    await ring.refresh();
    await ring.refreshForUnknown();

    expect(asked.times).toBe(2);
  });

  it('has no pause for an unknown key that only shared a reading, which may have begun too early for it', async () => {
    const asked = ringOver(() => [], { pauseMs: 3_600_000 });
    await Promise.all([ring.refresh(), ring.refreshForUnknown()]);
    await ring.refreshForUnknown();

    expect(asked.times).toBe(2);
  });

  it('asks again after the pause', async () => {
    const key = await publicJwk('one');
    const published: JWK[] = [];
    ringOver(() => published, { pauseMs: 50 });
    await ring.refreshForUnknown();
    published.push(key);
    const readAtMs = performance.now();
    while (idsFor('one').length === 0) {
      await ring.refreshForUnknown();
      await nextTurn();
    }
    expect(performance.now() - readAtMs).toBeGreaterThan(40);
  });

  it('says within the pause that the keys could not be had, too', async () => {
    const asked = ringOver(
      () => {
        throw new Error('down');
      },
      { pauseMs: 3_600_000 },
    );
    await expect(ring.refreshForUnknown()).rejects.toThrow('down');
    await expect(ring.refreshForUnknown()).rejects.toThrow('down');
    expect(asked.times).toBe(1);
  });

  it('leaves out what cannot verify a token of ours: secrets, keys to encrypt with, other algorithms', async () => {
    const key = await publicJwk('signs');
    const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
    ringOver(() => [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'secret' },
      { ...key, kid: 'encrypts', use: 'enc' },
      { ...key, kid: 'other', alg: 'ES256' },
      { ...rsa, kid: 'rsa' },
      { kty: 'unheard-of', kid: 'unknown' },
      key,
    ]);
    await ring.refresh();

    expect(idsFor()).toEqual(['signs']);
  });
});
