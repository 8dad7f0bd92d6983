import type { ReactNode } from 'react';
import type { Explanation } from './explanation.ts';
import { milliseconds } from './milliseconds.ts';

/** What an operation took in all. */
export function Summary({ explanation }: { explanation: Explanation }): ReactNode {
  const { totals, cost, answerCache } = explanation;
  return (
    <dl className="explain-summary">
      <Fact name="time">{milliseconds(totals.durationMs)}</Fact>
      <Fact name="fetches">{totals.fetches}</Fact>
      <Fact name="statements">{totals.statements}</Fact>
      <Fact name="batches">{totals.loaderBatches}</Fact>
      {cost && (
        <Fact name="cost" title={`estimated by subgraph: ${JSON.stringify(cost.bySubgraph)}`}>
          {cost.actual ?? '?'} of {cost.estimated}
        </Fact>
      )}
      {answerCache && (
        <Fact
          name="answer cache"
          title="What an answer without an explanation would have come out of."
          tone={answerCache.outcome}
        >
          {answerCache.outcome}
          {answerCache.answer && `, ${answerCache.answer.ageSeconds} of ${answerCache.answer.maxAgeS} s`}
        </Fact>
      )}
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly title?: string;
  readonly tone?: string;
  readonly children: ReactNode;
}

function Fact({ name, title, tone, children }: FactProps): ReactNode {
  return (
    <div title={title} data-tone={tone}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
