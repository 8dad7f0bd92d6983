/** A colour that a subgraph has everywhere, as far from its neighbours' as the golden angle. */
export function subgraphColour(name: string): string {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return `hsl(${Math.round((hash * 137.5) % 360)} 62% 46%)`;
}
