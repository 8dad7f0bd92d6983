import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { checkoutDirectory } from './checkout.ts';

const supergraphFile = z.object({
  subgraphs: z.record(z.string(), z.object({ urls: z.array(z.url()).min(1) })),
});

/** A subgraph that the local stack runs, and where the gateway will look for it. */
export interface LocalSubgraph {
  readonly name: string;
  readonly port: number;
}

/**
 * The subgraphs of `gateway/supergraph.yaml`: the one list of them.
 *
 * @throws ZodError when the file does not have that shape
 */
export async function readSubgraphList(): Promise<LocalSubgraph[]> {
  const text = await readFile(join(checkoutDirectory, 'gateway/supergraph.yaml'), 'utf8');
  const { subgraphs } = supergraphFile.parse(parse(text));
  return Object.entries(subgraphs).flatMap(([name, { urls }]) =>
    urls.slice(0, 1).map((url) => ({ name, port: Number(new URL(url).port) })),
  );
}
