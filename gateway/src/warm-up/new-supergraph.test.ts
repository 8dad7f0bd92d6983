import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@tributary/runtime/logging/logger';
import { type GraphQLSchema, parse } from 'graphql';
import { defaultPlanningLimits } from '../limits/planner-limits.ts';
import { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { CompiledGatewayOptions } from '../supergraph/compiled-gateway-options.ts';
import type { WarmUp } from './warm-up.ts';

let sdl: string;
let options: CompiledGatewayOptions;
let gateway: CompiledGateway;
let warmUp: WarmUp;
const served: GraphQLSchema[] = [];
let refusals = 0;

beforeEach(async () => {
  sdl = await readFile(resolve(import.meta.dirname, '../../supergraph.graphql'), 'utf8');
  warmUp = async () => undefined;
  options = {
    supergraphSdl: sdl,
    clients: {
      clientsFor: () => new Map(),
      serve: () => undefined,
      retireUnserved: () => {
        refusals += 1;
      },
    },
    planningLimits: defaultPlanningLimits,
    authorisation: { policies: new Map(), unauthorised: 'remove', onPolicyFailure: () => undefined },
    warmUp: (...asked) => warmUp(...asked),
    logger: createLogger({ service: 'test', level: 'silent' }),
  };
  gateway = new CompiledGateway(options);
  served.length = 0;
  refusals = 0;
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => served.push(apiSchema));
  await gateway.load();
});
afterEach(() => gateway.stop());

describe('a new supergraph', () => {
  it('is served when it is warm, and the one before until then', async () => {
    const [begun, ended] = [Promise.withResolvers<GraphQLSchema>(), Promise.withResolvers<void>()];
    warmUp = ({ apiSchema }) => {
      begun.resolve(apiSchema);
      return ended.promise;
    };
    const updated = gateway.update(sdl);
    const next = await begun.promise;
    expect(served).toHaveLength(1);
    expect(gateway.isServing(next)).toBe(false);

    ended.resolve();
    await updated;
    expect(served[1]).toBe(next);
    expect(gateway.isServing(next)).toBe(true);
    expect(refusals).toBe(0);
  });

  it('that is wrong is not warmed, its clients go, and the one before stays', async () => {
    const [before] = served;
    warmUp = () => Promise.reject(new Error('warmed'));
    await expect(gateway.update('type Query { a: Int }')).rejects.not.toThrow('warmed');
    expect(before && gateway.isServing(before)).toBe(true);
    expect(refusals).toBe(1);
  });

  it('is given up when the gateway stops, and what is planned for it', async () => {
    const begun = Promise.withResolvers<void>();
    warmUp = async (supergraph) => {
      for (let number = 0; ; number += 1) {
        await supergraph.prepare(parse(`{ a${number}: __typename }`), null);
        begun.resolve();
      }
    };
    const updated = gateway.update(sdl).catch((error: Error) => error.message);
    await begun.promise;
    await gateway.stop();
    expect(await updated).toMatch('has been stopped');
    expect(served).toHaveLength(1);
  });

  it('is not served by a gateway that stops while it rests between two steps', async () => {
    const begun = Promise.withResolvers<void>();
    gateway.beforeUpdate(async (_, rest) => {
      for (let step = 0; step < 10_000; step += 1) {
        await rest();
        begun.resolve();
      }
      return () => undefined;
    });
    const updated = gateway.update(sdl).catch((error: Error) => error.message);
    await begun.promise;
    await gateway.stop();
    expect(await updated).toBe('the gateway has been stopped');
    expect(served).toHaveLength(1);
  });

  it('that is not taken by those who are told of it is not served either', async () => {
    gateway.onSchemaLoadOrUpdate(() => {
      throw new Error('not taken');
    });
    await expect(gateway.update(sdl)).rejects.toThrow('not taken');
    expect(served.map((schema) => gateway.isServing(schema))).toEqual([true, false]);
    expect(refusals).toBe(1);
  });

  it('that is wrong is not waited with when it is the first: its gateway ends', async () => {
    const ended = jest.spyOn(Worker.prototype, 'terminate');
    const broken = new CompiledGateway({ ...options, supergraphSdl: 'type Query { a: Int }' });
    await expect(broken.load()).rejects.toThrow('core schema');
    expect(ended).toHaveBeenCalledTimes(1);
    ended.mockRestore();
  });
});
