import type { GraphiQLPlugin } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { type ReactNode, useState } from 'react';
import { createExamplesPlugin } from './examples-plugin.tsx';
import { createExplainPlugin } from './explain/explain-plugin.tsx';
import type { Explained } from './explain/explanation.ts';
import { createGraphFetcher } from './graph-fetcher.ts';
import type { ExplorerSettings } from './settings.ts';
import { createStore } from './store.ts';
import { ViewerSession } from './viewer-session.ts';
import { ViewerSwitch } from './viewer-switch.tsx';

const FIRST_QUERY = `# Type here; Ctrl-Space completes and Ctrl-Enter runs.
# The panels on the left have examples, the schema, and how the last answer came to be.

{
  __typename
}
`;

/** GraphiQL on this gateway's graph, with examples, a choice of viewers, and an explanation of each answer. */
export function Explorer({ settings }: { settings: ExplorerSettings }): ReactNode {
  const [{ fetcher, plugins, session, firstPlugin }] = useState(() => openExplorer(settings));
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      defaultQuery={FIRST_QUERY}
      {...(firstPlugin && { visiblePlugin: firstPlugin })}
    >
      <GraphiQL.Logo>
        <ViewerSwitch session={session} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function openExplorer(settings: ExplorerSettings) {
  const session = new ViewerSession(settings);
  const isExplaining = createStore(true);
  const explained = createStore<Explained | undefined>(undefined);
  const explainPlugin = createExplainPlugin({ explained, isExplaining });
  const examples = settings.examples.length > 0 ? [createExamplesPlugin(settings.examples, session)] : [];
  const plugins: GraphiQLPlugin[] = [explainPlugin, ...examples, HISTORY_PLUGIN];
  // Later GraphiQL remembers which one was open.
  const isFirstVisit = localStorage.getItem('graphiql:visiblePlugin') === null;
  return {
    fetcher: createGraphFetcher({ session, isExplaining, explained }),
    plugins,
    session,
    firstPlugin: isFirstVisit ? (examples[0] ?? explainPlugin) : undefined,
  };
}
