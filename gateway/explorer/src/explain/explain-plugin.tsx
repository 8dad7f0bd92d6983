import type { GraphiQLPlugin } from '@graphiql/react';
import type { ReactNode } from 'react';
import { type Store, useStore } from '../store.ts';
import type { Explained, Explanation } from './explanation.ts';
import { PlanView } from './plan-view.tsx';
import { Summary } from './summary.tsx';
import { Waterfall } from './waterfall.tsx';

interface ExplainOptions {
  readonly explained: Store<Explained | undefined>;
  readonly isExplaining: Store<boolean>;
}

/** A panel that shows how the last answer came to be. */
export function createExplainPlugin(options: ExplainOptions): GraphiQLPlugin {
  return { title: 'Explain', icon: ExplainIcon, content: () => <ExplainPanel {...options} /> };
}

function ExplainPanel({ explained, isExplaining }: ExplainOptions): ReactNode {
  const last = useStore(explained);
  const isOn = useStore(isExplaining);
  return (
    <section aria-label="Explain" className="explain">
      <header>
        <h2>Explain</h2>
        <label title="Operations that are explained are planned and executed anew: no cache of answers is asked.">
          <input type="checkbox" checked={isOn} onChange={({ target }) => isExplaining.set(target.checked)} />
          explain operations
        </label>
      </header>
      {last?.phase === 'explained' ? (
        <Account title={last.title} explanation={last.explanation} />
      ) : (
        <p className="explain-hint">{hintFor(last)}</p>
      )}
    </section>
  );
}

function Account({ title, explanation }: { title: string; explanation: Explanation }): ReactNode {
  return (
    <>
      <h3 className="explain-title">{title}</h3>
      <Summary explanation={explanation} />
      {explanation.plan && (
        <>
          <h4>Query plan</h4>
          <PlanView plan={explanation.plan} />
        </>
      )}
      {explanation.fetches.length > 0 && (
        <>
          <h4>Fetches, SQL and caches</h4>
          <Waterfall fetches={explanation.fetches} totalMs={explanation.totals.durationMs} />
        </>
      )}
    </>
  );
}

function hintFor(last: Explained | undefined): string {
  if (last === undefined)
    return 'Run an operation to see its query plan, its requests to subgraphs, their SQL, and what caches had.';
  return last.phase === 'asking'
    ? `${last.title} is under way…`
    : `${last.title} was not explained: only what is executed is.`;
}

function ExplainIcon(): ReactNode {
  return (
    <svg
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M3 4h7M6 8h8M9 12h8M6 16h5" />
    </svg>
  );
}
