import { glob } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Consumer } from '@tributary/runtime/events/consumer';
import type { EventDefinition } from '@tributary/runtime/events/event-definition';
import type { ExpectedEvent } from '@tributary/runtime/events/expected-event';
import type { JsonObject } from '@tributary/runtime/events/json-value';
import type { z } from 'zod';
import { schemaMisfits } from './schema-misfits.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Something that a file declares, and which file that is. */
export interface Declared<Contract> {
  readonly file: string;
  readonly contract: Contract;
}

export type AnyConsumer = Consumer<Readonly<Record<string, unknown>>>;
/** What a publisher says of an event. */
export interface AnyPublishedEvent extends Pick<EventDefinition<JsonObject>, 'name' | 'version' | 'sample'> {
  readonly schema: z.ZodType;
}

/** What is declared in the `events.ts` and `consumed-events.ts` of all packages. */
export interface EventContracts {
  readonly published: readonly Declared<AnyPublishedEvent>[];
  readonly consumers: readonly Declared<AnyConsumer>[];
}

/** Finds the contracts of the events by the names of the files that they have to stand in. */
export async function readEventContracts(): Promise<EventContracts> {
  return {
    published: await declarationsIn('events.ts', isPublishedEvent),
    consumers: await declarationsIn('consumed-events.ts', isConsumer),
  };
}

/** Why some consumer cannot read what is published; empty when all can. */
export function contractBreaches({ published, consumers }: EventContracts): string[] {
  const consumed = consumers.flatMap(({ file, contract }) =>
    Object.values(contract.events).map((expected) => ({ file, queue: contract.queue, expected })),
  );
  const unread = published.filter(({ contract }) => !consumed.some(({ expected }) => expected.name === contract.name));
  return [
    ...consumed.flatMap(({ queue, expected }) =>
      breachesOf(expected, published).map((breach) => `${queue} cannot read ${expected.name}: ${breach}`),
    ),
    ...unread.map(
      ({ contract, file }) => `${contract.name} of ${file} is consumed by nobody, so it stays in its outbox`,
    ),
  ];
}

function breachesOf(expected: ExpectedEvent<unknown>, published: EventContracts['published']): string[] {
  const definitions = published.filter(({ contract }) => contract.name === expected.name);
  const [definition] = definitions;
  if (definition === undefined) return ['nobody publishes it'];
  if (definitions.length > 1) return [`it is published by ${definitions.map(({ file }) => file).join(' and ')}`];
  const { name, version, schema, sample } = definition.contract;
  if (version !== expected.version) return [`version ${version} is published, not ${expected.version}`];
  const misfits = schemaMisfits(schema, expected.schema);
  return misfits.length > 0
    ? misfits
    : complaintAbout(() => expected.parse({ id: 1n, name, version, payload: sample }));
}

function complaintAbout(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function declarationsIn<Contract>(
  fileName: string,
  isDeclared: (value: unknown) => value is Contract,
): Promise<Declared<Contract>[]> {
  const found: Declared<Contract>[] = [];
  for await (const path of glob(`{subgraphs/*,runtime,gateway}/src/**/${fileName}`, { cwd: ROOT })) {
    const file = join(ROOT, path);
    const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
    const contracts = Object.values(exported).filter(isDeclared);
    found.push(...contracts.map((contract) => ({ file: relative(ROOT, file), contract })));
  }
  return found;
}

function isPublishedEvent(value: unknown): value is AnyPublishedEvent {
  return typeof value === 'object' && value !== null && 'about' in value && 'sample' in value;
}

function isConsumer(value: unknown): value is AnyConsumer {
  return typeof value === 'object' && value !== null && 'queue' in value && 'events' in value;
}
