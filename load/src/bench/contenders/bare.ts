import { join } from 'node:path';
import type { Contender } from './contender.ts';

/** The least that a server in Node can do: what the others cost beyond it is theirs. */
export const bare: Contender = {
  id: 'bare',
  name: 'bare `node:http`, same bytes',
  isPeer: false,
  isSharing: false,
  args: ({ port, answersFile }) => [join(import.meta.dirname, 'bare-main.ts'), String(port), answersFile],
};
