import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { ReactNode } from 'react';
import type { Example } from './settings.ts';
import type { ViewerSession } from './viewer-session.ts';

/** A panel with operations to begin with, by subgraph. */
export function createExamplesPlugin(examples: readonly Example[], session: ViewerSession): GraphiQLPlugin {
  return {
    title: 'Examples',
    icon: ExamplesIcon,
    content: () => <Examples examples={examples} session={session} />,
  };
}

function Examples({ examples, session }: { examples: readonly Example[]; session: ViewerSession }): ReactNode {
  const open = useOpenExample(session);
  return (
    <section aria-label="Examples" className="examples">
      <h2>Examples</h2>
      {[...Map.groupBy(examples, ({ group }) => group)].map(([group, ofGroup]) => (
        <div key={group}>
          <h3>{group}</h3>
          {ofGroup.map((example) => (
            <button type="button" key={example.name} onClick={() => open(example)}>
              <strong>{example.name}</strong>
              {example.viewer && <em>{example.viewer}</em>}
              <span>{example.description}</span>
            </button>
          ))}
        </div>
      ))}
    </section>
  );
}

/** Opens an example in the tab that is empty, or else in a new one, as the viewer that it is meant for. */
function useOpenExample(session: ViewerSession): (example: Example) => void {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  return ({ query, variables, viewer }) => {
    if (hasOperation(queryEditor?.getValue())) addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(Object.keys(variables).length > 0 ? JSON.stringify(variables, undefined, 2) : '');
    queryEditor?.focus();
    if (viewer !== undefined) void session.become(viewer);
  };
}

function hasOperation(text = ''): boolean {
  const withoutComments = text.replaceAll(/#.*/g, '').trim();
  return withoutComments !== '' && !/^\{\s*__typename\s*\}$/.test(withoutComments);
}

function ExamplesIcon(): ReactNode {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 3h12v14l-6-3.5L4 17z" strokeLinejoin="round" />
    </svg>
  );
}
