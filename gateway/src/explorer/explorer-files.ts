import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import type { HttpRoute } from '@tributary/runtime/http/router';
import { z } from 'zod';

/** The explorer as it was bundled: what its page starts with, and where all its files are served. */
export interface ExplorerFiles {
  /** Paths on the gateway. */
  readonly script: string;
  readonly style: string | undefined;
  readonly routes: Readonly<Record<string, HttpRoute>>;
}

const PREFIX = '/explorer/';

/** As the explorer's bundler writes it. */
const manifestSchema = z.object({
  script: z.string(),
  style: z.string().optional(),
  files: z.array(z.string().regex(/^[\w.-]+$/)),
});

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/**
 * Finds the bundled explorer.
 *
 * @param folder a `file:` URL that ends with `/`
 * @returns `undefined` where it was not bundled
 * @throws ZodError or SyntaxError when what is there is not what the bundler makes
 */
export async function readExplorerFiles(folder: URL): Promise<ExplorerFiles | undefined> {
  const text = await readFile(new URL('manifest.json', folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { script, style, files } = manifestSchema.parse(JSON.parse(text));
  return {
    script: PREFIX + script,
    style: style && PREFIX + style,
    routes: Object.fromEntries(files.map((file) => [PREFIX + file, { GET: serveFile(new URL(file, folder)) }])),
  };
}

/** The name has a hash of the content, so what a browser has once it never asks for again. */
function serveFile(file: URL): HttpHandler {
  const compressed = new URL(`${file.href}.br`);
  const headers: [string, string][] = [
    ['content-type', TYPES[extname(file.pathname)] ?? 'application/octet-stream'],
    ['cache-control', 'public, max-age=31536000, immutable'],
    ['vary', 'accept-encoding'],
  ];
  return async (request) => {
    if (!takesBrotli(request.headers.get('accept-encoding')))
      return { status: 200, headers, body: await readFile(file) };
    return { status: 200, headers: [...headers, ['content-encoding', 'br']], body: await readFile(compressed) };
  };
}

function takesBrotli(acceptEncoding = ''): boolean {
  return acceptEncoding.split(',').some((coding) => /^br(;q=(?!0(\.0+)?$)[\d.]+)?$/.test(coding.trim()));
}
