import { describe, expect, it } from '@jest/globals';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { Metrics } from '@tributary/runtime/metrics/metrics';
import { parse } from 'graphql';
import type { PublishedOperation } from '../persisted-operations/manifest.ts';
import { OperationList } from '../persisted-operations/operation-list.ts';
import { OperationMetrics } from './operation-metrics.ts';

const SHELF = 'query Shelf { products { id } }';

function published(...texts: string[]): OperationList {
  return new OperationList(
    texts.map(
      (body): PublishedOperation => ({ id: body, body, name: /\w+ (\w+)/.exec(body)?.[1] ?? '', type: 'query' }),
    ),
  );
}

function measure(first: OperationList) {
  let list = first;
  const metrics = new Metrics((error) => {
    throw error;
  });
  const operations = new OperationMetrics(metrics, () => list);
  return {
    operations,
    publish: (next: OperationList) => {
      list = next;
    },
    nameOf: (text: string) => operations.statsOf(parse(text), text).name,
    /** Counts above 0. */
    counts: async (name: string) => {
      const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
      return lines.filter((line) => !line.endsWith(' 0')).map((line) => line.slice(name.length));
    },
  };
}

describe('the metrics of operations', () => {
  it('know operations by name that are published, also where they are written otherwise', () => {
    const { nameOf } = measure(published(SHELF));
    expect(nameOf(SHELF)).toBe('Shelf');
    expect(nameOf('query Shelf {\n  products { id }\n}')).toBe('Shelf');
  });

  it.each([
    ['whose name nobody has published', 'query MadeUp { products { id } }'],
    ['that has no name', '{ products { id } }'],
    ['that asks for more under a published name', 'query Shelf { products { id title } }'],
    ['that is about the schema, which safelists let in', 'query MadeUp { __typename }'],
  ])('count an operation %s among the others', (_, text) => {
    expect(measure(published(SHELF)).nameOf(text)).toBe('other');
  });

  it('know an operation from its publication on', () => {
    const { operations, publish } = measure(published());
    const document = parse(SHELF);
    expect(operations.statsOf(document, SHELF).name).toBe('other');
    publish(published(SHELF));
    expect(operations.statsOf(document, SHELF).name).toBe('Shelf');
    publish(published());
    expect(operations.statsOf(document, SHELF).name).toBe('other');
  });

  it('call no more than some hundreds by name', () => {
    const texts = Array.from({ length: 600 }, (_, index) => `query Shelf${index} { products { id } }`);
    const { nameOf } = measure(published(...texts));
    const names = new Set(texts.map(nameOf));
    expect(names.size).toBe(501);
    expect(names).toContain('other');
  });

  it('say of each operation how it ended', async () => {
    const { operations, counts } = measure(published(SHELF));
    const end = (...codes: string[]): void => {
      const outcome = operations.began();
      outcome.stats = operations.statsOf(parse(SHELF), SHELF);
      outcome.note(codes.map((code) => ({ extensions: { code } })));
      outcome.ended();
    };
    end();
    end('FORBIDDEN', 'NOT_FOUND');
    end('SUBGRAPH_TIMEOUT', 'FORBIDDEN');
    end('WRITTEN_BY_A_STRANGER');
    expect(await counts('tributary_operations_total')).toEqual([
      '{operation="Shelf",outcome="ok"} 1',
      '{operation="Shelf",outcome="refused"} 1',
      '{operation="Shelf",outcome="failed"} 2',
    ]);
    expect(await counts('tributary_errors_total')).toEqual([
      '{code="INTERNAL_SERVER_ERROR"} 1',
      '{code="FORBIDDEN"} 2',
      '{code="NOT_FOUND"} 1',
      '{code="SUBGRAPH_TIMEOUT"} 1',
    ]);
  });

  it('blame nobody but clients for the time that they give, and for leaving', async () => {
    const { operations, counts } = measure(published());
    const end = (code: string, { isHurried = false, isAbandoned = false }): void => {
      const outcome = operations.began(isHurried);
      outcome.note([{ extensions: { code } }]);
      outcome.ended(isAbandoned);
    };
    end('SUBGRAPH_TIMEOUT', { isHurried: true });
    end('DEADLINE_EXCEEDED', { isHurried: true });
    end('SUBGRAPH_UNAVAILABLE', { isHurried: true });
    end('SUBGRAPH_UNAVAILABLE', { isAbandoned: true });
    expect(await counts('tributary_operations_total')).toEqual([
      '{operation="other",outcome="refused"} 2',
      '{operation="other",outcome="failed"} 1',
      '{operation="other",outcome="abandoned"} 1',
    ]);
  });

  it('blame nobody but clients for a batch that has too little time', async () => {
    const { operations, counts } = measure(published());
    operations.turnedAway(new CodedError('DEADLINE_EXCEEDED', 'too late'), true);
    expect(await counts('tributary_operations_total')).toEqual(['{operation="other",outcome="refused"} 1']);
  });

  it('count the error that an operation ends with once, and nothing that comes of it later', async () => {
    const { operations, counts } = measure(published());
    const outcome = operations.began();
    const error = new CodedError('RATE_LIMITED', 'too much');
    outcome.noteThrown(error);
    outcome.noteThrown(error);
    outcome.noteThrown(new CodedError('SUBGRAPH_UNAVAILABLE', 'it was cut off'));
    outcome.note([{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }]);
    outcome.ended();
    expect(await counts('tributary_errors_total')).toEqual(['{code="RATE_LIMITED"} 1']);
    expect(await counts('tributary_operations_total')).toEqual(['{operation="other",outcome="refused"} 1']);
  });

  it('count what is turned away before anybody has looked at it', async () => {
    const { operations, counts } = measure(published());
    operations.turnedAway(new TypeError('a defect'));
    expect(await counts('tributary_errors_total')).toEqual(['{code="INTERNAL_SERVER_ERROR"} 1']);
    expect(await counts('tributary_operations_total')).toEqual(['{operation="other",outcome="failed"} 1']);
  });
});
