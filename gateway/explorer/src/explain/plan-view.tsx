import type { ReactNode } from 'react';
import { inOrder } from '../in-order.ts';
import type { PlanPart } from './explanation.ts';
import { subgraphColour } from './subgraph-colour.ts';

/** A query plan as a tree: what follows what, and what goes on at the same time. */
export function PlanView({ plan }: { plan: PlanPart }): ReactNode {
  return (
    <ul className="plan" aria-label="Query plan">
      <Part part={plan} />
    </ul>
  );
}

function Part({ part }: { part: PlanPart }): ReactNode {
  switch (part.kind) {
    case 'Fetch':
      return (
        <li className="plan-fetch" style={{ borderColor: subgraphColour(part.subgraph) }}>
          <details>
            <summary>
              <strong style={{ color: subgraphColour(part.subgraph) }}>{part.subgraph}</strong>
              {part.path && <code>{part.path}</code>}
              <span>{part.entities.length > 0 ? part.entities.join(', ') : part.operationKind}</span>
            </summary>
            <pre>{part.selection}</pre>
          </details>
        </li>
      );
    case 'Condition':
      return (
        <>
          <Group label={`if $${part.variable}`} parts={[part.whenTrue]} />
          <Group label={`unless $${part.variable}`} parts={[part.whenFalse]} />
        </>
      );
    default:
      return <Group label={part.kind === 'Sequence' ? 'one after the other' : 'at the same time'} parts={part.parts} />;
  }
}

function Group({ label, parts }: { label: string; parts: readonly PlanPart[] }): ReactNode {
  if (parts.length === 0) return null;
  return (
    <li className="plan-group">
      <span className="plan-label">{label}</span>
      <ul>
        {inOrder(parts, (part) => (
          <Part part={part} />
        ))}
      </ul>
    </li>
  );
}
