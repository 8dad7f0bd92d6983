import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** Where Monaco's workers are, by the label that it asks for them with. */
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/** Smaller than gzip's best in a twentieth of the time that Brotli's best takes. */
const BROTLI_QUALITY = 6;

/** GraphiQL's style has them all. */
const withoutStylesOfMonaco: Plugin = {
  name: 'without styles of Monaco',
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor.*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
  },
};

const compress = promisify(brotliCompress);

/**
 * Bundles the explorer with everything it needs: each file has a hash of its content in its name and a compressed one beside it.
 * `manifest.json` names them all, and the script and the style that a page starts with.
 *
 * @param folder a `file:` URL that ends with `/`; what is there is removed
 * @throws what esbuild throws when something cannot be bundled; it has then printed why
 */
export async function bundleExplorer(folder: URL): Promise<void> {
  const outdir = fileURLToPath(folder);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const common = {
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    plugins: [withoutStylesOfMonaco],
    legalComments: 'none',
    logLevel: 'warning',
  } satisfies BuildOptions;

  const workers = await build({ ...common, metafile: true, entryPoints: WORKERS, entryNames: '[name].worker-[hash]' });
  const workerFiles = Object.entries(WORKERS).map(([label, source]) => [label, scriptOf(workers.metafile, source)]);
  const explorer = await build({
    ...common,
    metafile: true,
    splitting: true,
    entryPoints: { explorer: 'src/main.tsx' },
    define: {
      'process.env.NODE_ENV': '"production"',
      WORKER_FILES: JSON.stringify(Object.fromEntries(workerFiles)),
    },
  });

  const files = [workers, explorer].flatMap(({ metafile }) =>
    Object.keys(metafile.outputs).map((path) => basename(path)),
  );
  await Promise.all(files.map((file) => compressBeside(join(outdir, file))));
  const manifest = { ...startOf(explorer.metafile, 'src/main.tsx'), files };
  await writeFile(join(outdir, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function compressBeside(file: string): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  await writeFile(`${file}.br`, await compress(await readFile(file), { params }));
}

function scriptOf(metafile: Metafile, source: string): string {
  return startOf(metafile, source).script;
}

function startOf({ outputs }: Metafile, source: string): { script: string; style: string | undefined } {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source));
  if (!found) throw new Error(`nothing was made of ${source}`);
  const [script, { cssBundle }] = found;
  return { script: basename(script), style: cssBundle && basename(cssBundle) };
}
