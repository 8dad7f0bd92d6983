/** An operation to begin with. */
export interface Example {
  /** What it belongs to: the name of a subgraph. */
  readonly group: string;
  readonly name: string;
  readonly description: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The account that it is meant for; absent where anybody may ask it. */
  readonly viewer?: string;
}

/** An account to try the graph as. */
export interface Account {
  readonly name: string;
  /** Of the operation that logs in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How to become somebody. */
export interface LogIn {
  /** An operation that takes the variables of an account. */
  readonly operation: string;
  /** Where in its data the access token is. */
  readonly accessToken: readonly string[];
}

/** What the gateway has for the explorer of its graph. */
export interface ExplorerSettings {
  readonly examples: readonly Example[];
  readonly accounts: readonly Account[];
  readonly logIn?: LogIn;
}

/** @throws Error when the gateway does not give them */
export async function loadSettings(): Promise<ExplorerSettings> {
  const response = await fetch('/explorer/settings.json');
  if (!response.ok) throw new Error(`the gateway gives no settings: ${response.status}`);
  return response.json();
}
