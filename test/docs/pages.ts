import { resolve } from 'node:path';
import { readInstalledPackages } from '../security/licences.ts';
import { errorsPage } from './errors-page.ts';
import { licencesPage } from './licences-page.ts';
import { metricsPage } from './metrics-page.ts';

const checkout = resolve(import.meta.dirname, '../..');

/** A page of `docs/` that is made from the sources. */
export interface MadePage {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Makes every page that is not written by hand. */
export async function makePages(): Promise<MadePage[]> {
  const installed = await readInstalledPackages(resolve(checkout, 'package-lock.json'));
  return [
    { path: resolve(checkout, 'docs/errors.md'), text: errorsPage() },
    { path: resolve(checkout, 'docs/licences.md'), text: licencesPage(installed) },
    { path: resolve(checkout, 'docs/metrics.md'), text: metricsPage() },
  ];
}
