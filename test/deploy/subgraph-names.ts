import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const supergraph = z.object({ subgraphs: z.record(z.string(), z.object({ urls: z.array(z.url()).min(1) })) });

/** A subgraph of `gateway/supergraph.yaml`. */
export interface ListedSubgraph {
  readonly name: string;
  /** Where it listens unless told. */
  readonly port: number;
}

/** All of them. */
export async function listSubgraphs(): Promise<ListedSubgraph[]> {
  const file = fileURLToPath(new URL('../../gateway/supergraph.yaml', import.meta.url));
  const { subgraphs } = supergraph.parse(parse(await readFile(file, 'utf8')));
  return Object.entries(subgraphs).map(([name, { urls }]) => ({ name, port: Number(new URL(urls[0] ?? '').port) }));
}
