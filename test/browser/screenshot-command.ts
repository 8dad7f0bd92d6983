import { Command } from 'commander';
import { ExplorerPage } from './explorer-page.ts';
import { findChromium } from './find-chromium.ts';
import { launchBrowser } from './test-browser.ts';

const options = new Command('docs:screenshot')
  .description('Takes the picture of the explorer that docs/gateway.md shows, of a stack that runs (npm start).')
  .option('--url <url>', 'of its gateway', 'http://127.0.0.1:4000')
  .option('--out <file>', 'where to put it', 'docs/explorer.png')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ url: string; out: string }>();

const executablePath = await findChromium();
if (executablePath === undefined) process.exit(1);
const browser = await launchBrowser(executablePath);
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1080 } });
  const explorer = new ExplorerPage(page);
  await explorer.open(`${options.url}/explorer`);
  // Whoever is asked for the first time is busy with getting ready.
  await explorer.openExample('Stock and shipping');
  await explorer.run();
  await explorer.openExample('Product page');
  const panel = await explorer.show('Explain');
  await explorer.run();
  await panel.getByText('inventory', { exact: true }).last().click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: options.out });
  console.log(`Wrote ${options.out}.`);
} finally {
  await browser.close();
}
