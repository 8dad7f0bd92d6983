/**
 * A supergraph with as many further types, in the first of its subgraphs, as make it so long: to read and to compile takes as long
 * as one that is in use.
 * @param characters how long it becomes at least; one that is as long already stays as it is
 * @throws Error for what is no supergraph
 */
export function padSupergraph(sdl: string, characters: number): string {
  const [, graph] = /enum join__Graph \{\s*(\w+)/.exec(sdl) ?? [];
  if (graph === undefined) throw new Error('there is no subgraph in this supergraph');
  let padded = sdl;
  for (let index = 0; padded.length < characters; index += 1) padded += typeOf(index, graph);
  return padded;
}

function typeOf(index: number, graph: string): string {
  const fields = Array.from({ length: 10 }, (_, field) => `  """What it is called"""\n  field${field}: String!\n`);
  return `\n"""A thing of a kind"""\ntype Thing${index} @join__type(graph: ${graph}) {\n${fields.join('')}  next: Thing${index}\n}\n`;
}
