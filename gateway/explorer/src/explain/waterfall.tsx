import type { ReactNode } from 'react';
import { inOrder } from '../in-order.ts';
import type { CacheRead, ExplainedFetch, Statement } from './explanation.ts';
import { milliseconds } from './milliseconds.ts';
import { subgraphColour } from './subgraph-colour.ts';

/** All requests to subgraphs on one axis of time; each opens to what its subgraph did for it. */
export function Waterfall({ fetches, totalMs }: { fetches: readonly ExplainedFetch[]; totalMs: number }): ReactNode {
  const byStart = fetches.toSorted((a, b) => a.startMs - b.startMs);
  return (
    <div className="waterfall">
      {inOrder(byStart, (fetch) => (
        <FetchRow fetch={fetch} totalMs={totalMs} />
      ))}
      <div className="waterfall-axis">
        <span>0</span>
        <span>{milliseconds(totalMs)}</span>
      </div>
    </div>
  );
}

function FetchRow({ fetch, totalMs }: { fetch: ExplainedFetch; totalMs: number }): ReactNode {
  const { subgraph, path, startMs, durationMs, representations, failure } = fetch;
  const share = (ms: number) => `${Math.min(100, (ms / Math.max(totalMs, 0.01)) * 100).toFixed(2)}%`;
  return (
    <details className="waterfall-fetch">
      <summary>
        <span className="waterfall-name">
          <strong>{subgraph}</strong> {path && <code>{path}</code>}
          {representations > 0 && <em>{counted(representations, 'entity', 'entities')}</em>}
          {failure && <em data-tone="failure">{failure}</em>}
          <Took fetch={fetch} />
        </span>
        <span className="waterfall-time">{milliseconds(durationMs)}</span>
        <span className="waterfall-track">
          <span
            className="waterfall-bar"
            style={{ left: share(startMs), width: share(durationMs), background: subgraphColour(subgraph) }}
          />
        </span>
      </summary>
      <Work fetch={fetch} />
    </details>
  );
}

/** What a fetch took, in a word each. */
function Took({ fetch: { statements, cacheReads } }: { fetch: ExplainedFetch }): ReactNode {
  const hits = cacheReads.reduce((sum, read) => sum + read.hits, 0);
  const misses = cacheReads.reduce((sum, { keys }) => sum + keys, 0) - hits;
  return (
    <>
      {statements.length > 0 && <em>{statements.length} SQL</em>}
      {hits > 0 && <em data-tone="hit">{counted(hits, 'hit', 'hits')}</em>}
      {misses > 0 && <em data-tone="miss">{counted(misses, 'miss', 'misses')}</em>}
    </>
  );
}

function Work({ fetch: { statements, loaderBatches, cacheReads } }: { fetch: ExplainedFetch }): ReactNode {
  return (
    <div className="waterfall-work">
      {inOrder(cacheReads, (read) => (
        <p>
          cache <b>{read.cache}</b> <em data-tone={toneOf(read)}>{outcomeOf(read)}</em>
        </p>
      ))}
      {inOrder(loaderBatches, ({ loader, group, keys }) => (
        <p>
          batch <b>{loader}</b> {counted(keys, 'key', 'keys')} in {group}
        </p>
      ))}
      {inOrder(statements, (statement) => (
        <Sql statement={statement} />
      ))}
      {statements.length === 0 && <p>no SQL</p>}
    </div>
  );
}

function Sql({ statement: { text, database, role, rows, durationMs } }: { statement: Statement }): ReactNode {
  return (
    <div className="sql">
      <p>
        SQL on <b>{database}</b> <em data-tone={role}>{role}</em> {counted(rows, 'row', 'rows')}{' '}
        {milliseconds(durationMs)}
      </p>
      <pre>{text}</pre>
    </div>
  );
}

function outcomeOf({ keys, hits, isBypassed }: CacheRead): string {
  if (isBypassed) return `bypassed for ${counted(keys, 'key', 'keys')}`;
  return `${counted(hits, 'hit', 'hits')}, ${counted(keys - hits, 'miss', 'misses')}`;
}

function toneOf({ keys, hits, isBypassed }: CacheRead): string {
  if (isBypassed) return 'bypass';
  return hits === keys ? 'hit' : 'miss';
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
