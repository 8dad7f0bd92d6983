import type { Account, LogIn } from './settings.ts';
import { createStore, type Store } from './store.ts';

/** Who operations are sent as. */
export type ViewerState =
  | { readonly phase: 'anonymous' }
  | { readonly phase: 'logging-in'; readonly name: string }
  | { readonly phase: 'logged-in'; readonly name: string; readonly token: string; readonly loggedInAtMs: number }
  | { readonly phase: 'failed'; readonly name: string; readonly reason: string };

/** Access tokens live for a quarter of an hour at least; before that is over, a new one is fetched. */
const TOKEN_USE_MS = 10 * 60_000;
const ANONYMOUS: ViewerState = { phase: 'anonymous' };

/** Logs in to the accounts that the gateway offers for trying its graph, as an application would: by an operation. */
export class ViewerSession {
  readonly state: Store<ViewerState> = createStore(ANONYMOUS);
  readonly #accounts: readonly Account[];
  readonly #logIn: LogIn | undefined;

  constructor({ accounts, logIn }: { readonly accounts: readonly Account[]; readonly logIn?: LogIn | undefined }) {
    this.#accounts = accounts;
    this.#logIn = logIn;
  }

  get accounts(): readonly Account[] {
    return this.#logIn ? this.#accounts : [];
  }

  /** @param name of an account; anything else is nobody */
  async become(name: string): Promise<void> {
    const account = this.accounts.find((candidate) => candidate.name === name);
    if (!account || !this.#logIn) return this.state.set(ANONYMOUS);
    const loggingIn: ViewerState = { phase: 'logging-in', name };
    this.state.set(loggingIn);
    const next = await logIn(this.#logIn, account);
    // Somebody else was chosen in the meantime.
    if (this.state.get() === loggingIn) this.state.set(next);
  }

  /** The header that says who asks; none for an anonymous viewer. */
  async headers(): Promise<Record<string, string>> {
    const state = this.state.get();
    if (state.phase === 'logged-in' && Date.now() - state.loggedInAtMs > TOKEN_USE_MS) await this.become(state.name);
    const current = this.state.get();
    return current.phase === 'logged-in' ? { authorization: `Bearer ${current.token}` } : {};
  }
}

async function logIn({ operation, accessToken }: LogIn, { name, variables }: Account): Promise<ViewerState> {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: operation, variables }),
    });
    const { data, errors } = await response.json();
    const token = accessToken.reduce((value, key) => value?.[key], data);
    if (typeof token === 'string') return { phase: 'logged-in', name, token, loggedInAtMs: Date.now() };
    return { phase: 'failed', name, reason: errors?.[0]?.message ?? 'no token came' };
  } catch (error) {
    return { phase: 'failed', name, reason: String(error) };
  }
}
