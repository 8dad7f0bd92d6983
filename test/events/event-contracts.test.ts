import { beforeAll, describe, expect, it } from '@jest/globals';
import { defineConsumer } from '@tributary/runtime/events/consumer';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import { z } from 'zod';
import { type AnyConsumer, contractBreaches, type EventContracts, readEventContracts } from './event-contracts.ts';

let contracts: EventContracts;

beforeAll(async () => {
  contracts = await readEventContracts();
});

describe('what is published', () => {
  it('can be read by every consumer, and has one', () => {
    expect(contractBreaches(contracts)).toEqual([]);
  });

  it('is found wherever it is declared', () => {
    const published = contracts.published.map(({ contract }) => contract.name).sort();
    expect(published).toEqual(expect.arrayContaining(['CacheInvalidated', 'OrderPlaced', 'ReviewIndexed']));
    const queues = contracts.consumers.map(({ contract }) => contract.queue).sort();
    expect(queues).toEqual(
      expect.arrayContaining(['cache-invalidation', 'inventory', 'notifications', 'orders', 'reviews']),
    );
  });

  /** Every field that some consumer cannot do without. */
  const neededFields = () =>
    contracts.consumers.flatMap(({ contract }) =>
      Object.values(contract.events).flatMap(({ name, schema }) =>
        (z.toJSONSchema(schema, { io: 'input' }).required ?? []).map((field) => ({
          queue: contract.queue,
          name,
          field,
        })),
      ),
    );

  it.each(['drops', 'makes optional'] as const)(
    'breaks its contract when a publisher %s any field that is read',
    (how) => {
      const fields = neededFields();
      expect(fields.length).toBeGreaterThan(10);
      for (const { queue, name, field } of fields) {
        const breaches = contractBreaches(without(name, field, how));
        expect(breaches).toContainEqual(expect.stringContaining(`${queue} cannot read ${name}: `));
        expect(breaches.join()).toContain(field);
      }
    },
  );
});

/** The contracts, but for one field of one published event. */
function without(name: string, field: string, how: 'drops' | 'makes optional'): EventContracts {
  const published = contracts.published.map((declared) =>
    declared.contract.name === name
      ? { ...declared, contract: { ...declared.contract, schema: changed(declared.contract.schema, field, how) } }
      : declared,
  );
  return { ...contracts, published };
}

function changed(schema: z.ZodType, field: string, how: 'drops' | 'makes optional'): z.ZodType {
  if (!(schema instanceof z.ZodObject)) throw new Error('a payload is an object');
  const { [field]: dropped, ...others } = schema.shape;
  return z.object(how === 'drops' ? others : { ...others, [field]: z.optional(dropped) });
}

describe('a contract', () => {
  const line = z.object({ sku: z.string(), quantity: z.int().min(1) });
  const whole = z.object({
    id: z.string().startsWith('ord_'),
    lines: z.array(line).min(1),
    note: z.string().nullable(),
  });

  it.each<[breach: string, published: z.ZodType, read: z.ZodType]>([
    ['the payload has no id', whole.omit({ id: true }), z.object({ id: z.string() })],
    ['id of the payload is optional', whole.partial({ id: true }), z.object({ id: z.string() })],
    ['type of id of the payload is "string", not "integer"', whole, z.object({ id: z.int() })],
    ['pattern of id of the payload', whole, z.object({ id: z.string().startsWith('usr_') })],
    ['minItems of lines of the payload is 1, not 2', whole, z.object({ lines: z.array(line).min(2) })],
    [
      'an item of lines of the payload has no sku',
      whole.extend({ lines: z.array(line.omit({ sku: true })) }),
      z.object({ lines: z.array(z.object({ sku: z.string() })) }),
    ],
    ['minimum of quantity of', whole, z.object({ lines: z.array(z.object({ quantity: z.int().min(2) })) })],
    ['note of the payload may be {"type":"null"}', whole, z.object({ note: z.union([z.string(), z.int()]) })],
    ['type of note of the payload is "null"', whole, z.object({ note: z.string() })],
    ['further fields', whole, z.strictObject({ id: z.string() })],
    ['enum of kind', z.object({ kind: z.enum(['a', 'b']) }), z.object({ kind: z.enum(['a']) })],
  ])('is broken where %s', (breach, published, read) => {
    expect(contractBreaches(made(published, read)).join()).toContain(breach);
  });

  it.each<[what: string, read: z.ZodType]>([
    ['fewer fields', z.object({ lines: z.array(z.object({ quantity: z.int().min(0) })) })],
    ['an optional field that is always there', z.object({ id: z.string().optional() })],
    ['an optional field that never is', z.object({ colour: z.string().optional() })],
    ['a number where there is an integer', z.object({ lines: z.array(z.object({ quantity: z.number() })) })],
    ['either of two kinds', z.object({ note: z.union([z.string(), z.int(), z.null()]) })],
  ])('holds for a consumer that reads %s', (_what, read) => {
    expect(contractBreaches(made(whole, read))).toEqual([]);
  });

  it('is broken by an event that nobody publishes, that two publish, of another version, or that nobody reads', () => {
    const { published, consumers } = made(whole, whole);
    const newer = published.map(({ file, contract }) => ({ file, contract: { ...contract, version: 2 } }));
    expect(contractBreaches({ published: [], consumers })).toEqual(['shop cannot read Ordered: nobody publishes it']);
    expect(contractBreaches({ published: [...published, ...published], consumers }).join()).toContain('events.ts and ');
    expect(contractBreaches({ published: newer, consumers }).join()).toContain('version 2 is published, not 1');
    expect(contractBreaches({ published, consumers: [] }).join()).toContain('is consumed by nobody');
  });

  it('is broken by a sample that its reader refuses for what a schema does not say', () => {
    const noisy = z.object({ id: z.string().refine((id) => id !== 'ord_1', 'is taken') });
    expect(contractBreaches(made(whole, noisy)).join()).toContain('is taken');
  });
});

/** One event, as it is published and as it is read. */
function made(published: z.ZodType, read: z.ZodType): EventContracts {
  const samples: JsonObject[] = [
    { id: 'ord_1', lines: [{ sku: 'a', quantity: 1 }], note: null },
    { kind: 'a' },
    { lines: [{ quantity: 1 }] },
  ];
  const sample = samples.find((each) => published.safeParse(each).success) ?? {};
  const contract = { name: 'Ordered', version: 1, schema: published, sample };
  const consumer: AnyConsumer = defineConsumer({ queue: 'shop', events: { Ordered: { version: 1, schema: read } } });
  return {
    published: [{ file: 'shop/events.ts', contract }],
    consumers: [{ file: 'shop/consumed-events.ts', contract: consumer }],
  };
}
