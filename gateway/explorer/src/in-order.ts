import { Children, type ReactNode } from 'react';

/** Renders items that never move: what tells one from the others is its place. */
export function inOrder<T>(items: readonly T[], render: (item: T) => ReactNode): ReactNode {
  return Children.toArray(items.map((item) => render(item)));
}
