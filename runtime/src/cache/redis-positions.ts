import type { Positions } from './positions.ts';

/** Positions as scripts in Redis read them: `catalog=900 shard%200=7`. */
export function positionsText(positions: Positions): string {
  return Object.entries(positions)
    .map(([database, position]) => `${encodeURIComponent(database)}=${position}`)
    .join(' ');
}

/** The positions in a text whose first word is something else: the state of a tag, or a verdict. */
export function positionsOf(text: string): Positions {
  const [, ...positions] = text.split(' ');
  return Object.fromEntries(
    positions.map((position) => {
      const [database = '', value] = position.split('=');
      return [decodeURIComponent(database), Number(value)];
    }),
  );
}
