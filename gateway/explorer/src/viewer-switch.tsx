import type { ReactNode } from 'react';
import { useStore } from './store.ts';
import type { ViewerSession, ViewerState } from './viewer-session.ts';

const ANONYMOUS = 'Anonymous';

/** Chooses who operations are sent as. */
export function ViewerSwitch({ session }: { session: ViewerSession }): ReactNode {
  const state = useStore(session.state);
  const trouble = troubleOf(state);
  return (
    <div className="viewer-switch">
      <span className="explorer-name">Tributary</span>
      {session.accounts.length > 0 && (
        <label>
          Viewer
          <select
            aria-label="Viewer"
            data-phase={state.phase}
            value={state.phase === 'anonymous' ? ANONYMOUS : state.name}
            onChange={({ target }) => void session.become(target.value)}
          >
            {[ANONYMOUS, ...session.accounts.map(({ name }) => name)].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {trouble && <span role="alert">{trouble}</span>}
    </div>
  );
}

function troubleOf(state: ViewerState): string | undefined {
  return state.phase === 'failed' ? `not logged in: ${state.reason}` : undefined;
}
