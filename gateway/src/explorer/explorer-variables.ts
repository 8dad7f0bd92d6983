import { resolve } from 'node:path';
import { z } from 'zod';

/** What the page at `/` opens with. */
export const explorerPages = ['sandbox', 'graphiql'] as const;

/** How the graph can be tried out in a browser, in development. */
export interface ExplorerOptions {
  /** `sandbox` falls back on the other one where Apollo's script cannot be loaded. */
  readonly page: (typeof explorerPages)[number];
  /** Names the examples and the accounts that are offered; none are where it is absent. */
  readonly settingsFile?: string | undefined;
}

export const explorerVariables = {
  TRIBUTARY_EXPLORER: z
    .enum(explorerPages, `expected ${explorerPages.join(' or ')}`)
    .default('sandbox')
    .describe(
      'what / shows in development: sandbox (Apollo Sandbox, or without a network the explorer), graphiql (the explorer, which /explorer always shows)',
    ),
  TRIBUTARY_EXPLORER_SETTINGS_FILE: z
    .string()
    .optional()
    .describe('YAML with the examples and accounts that the explorer offers in development'),
};

/** @param env as `explorerVariables` give it */
export function explorerOptions(env: {
  readonly TRIBUTARY_EXPLORER: ExplorerOptions['page'];
  readonly TRIBUTARY_EXPLORER_SETTINGS_FILE?: string | undefined;
}): ExplorerOptions {
  const file = env.TRIBUTARY_EXPLORER_SETTINGS_FILE;
  return { page: env.TRIBUTARY_EXPLORER, settingsFile: file === undefined ? undefined : resolve(file) };
}
