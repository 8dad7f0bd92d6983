import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Finding, FindingLocation } from './finding.ts';

/** One entry of `supergraph.yaml`. */
export interface SubgraphEntry {
  name: string;
  /** At least one; a gateway spreads its requests over them. */
  urls: string[];
  /** Absolute path. */
  schemaFile: string;
}

/** Thrown for a configuration that cannot be used; each finding names its line. */
export class SupergraphConfigError extends Error {
  readonly findings: Finding[];

  constructor(findings: Finding[]) {
    super(findings.map((finding) => finding.message).join('; '));
    this.name = 'SupergraphConfigError';
    this.findings = findings;
  }
}

const subgraphEntry = z.strictObject({
  urls: z.array(z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })).min(1),
  schema: z.string().min(1),
});

const configuration = z.strictObject({
  subgraphs: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/), subgraphEntry)
    .refine((entries) => Object.keys(entries).length > 0, 'expected at least one subgraph'),
});

/**
 * Reads the list of subgraphs. Schema paths are relative to the file.
 * @throws SupergraphConfigError with every mistake found, when the file is missing, is not YAML or has the wrong shape.
 */
export async function readSupergraphConfig(file: string): Promise<SubgraphEntry[]> {
  const displayFile = relative(process.cwd(), file);
  const sourceText = await readFile(file, 'utf8').catch((error: Error) => {
    throw new SupergraphConfigError([{ code: 'CONFIG_UNREADABLE', message: error.message, locations: [] }]);
  });
  const lines = new LineCounter();
  const document = parseDocument(sourceText, { lineCounter: lines, prettyErrors: false });
  const locate = (offset: number): FindingLocation => {
    const { line, col } = lines.linePos(offset);
    return { file: displayFile, line: Math.max(1, line), column: Math.max(1, col), sourceText };
  };

  if (document.errors.length > 0) {
    throw new SupergraphConfigError(
      document.errors.map((error) => ({
        code: 'CONFIG_NOT_YAML',
        message: error.message,
        locations: [locate(error.pos[0])],
      })),
    );
  }
  const parsed = configuration.safeParse(document.toJS());
  if (!parsed.success) {
    throw new SupergraphConfigError(
      parsed.error.issues.map((issue) => ({
        code: 'CONFIG_INVALID',
        message: `${issue.path.join('.') || 'the file'}: ${issue.message}`,
        locations: [locate(offsetOf(document, issue.path))],
      })),
    );
  }
  return Object.entries(parsed.data.subgraphs).map(([name, { urls, schema }]) => ({
    name,
    urls,
    schemaFile: resolve(dirname(file), schema),
  }));
}

/** Where the deepest part of `path` that exists begins, so that a missing key is reported at its parent. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
