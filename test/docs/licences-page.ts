import { type InstalledPackage, licenceExceptions } from '../security/licences.ts';

const INTRODUCTION = `# Licences of dependencies

Every third-party package that \`npm ci\` may install, tools and other platforms' binaries included, by the licence that its manifest states. A
licence that is not on the list in [\`licences.ts\`](../test/security/licences.ts) fails the tests, unless an exception is recorded there.

This page is made from \`package-lock.json\` by \`npm run docs\`.
`;

/** The text of `docs/licences.md`. */
export function licencesPage(installed: readonly InstalledPackage[]): string {
  const byLicence = Object.groupBy(installed, ({ licence }) => licence ?? 'None stated');
  const sections = Object.entries(byLicence)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, packages = []]) => `## ${licence}\n\n${packages.map(({ name }) => `\`${name}\``).join(' ')}\n`);
  const exceptions = Object.entries(licenceExceptions).map(
    ([name, { licence = 'none stated', why }]) => `| \`${name}\` | ${licence} | ${why} |`,
  );
  return [
    INTRODUCTION,
    '## Exceptions\n',
    '| package | licence | why it is used |',
    '|---|---|---|',
    ...exceptions,
    '',
    ...sections,
  ].join('\n');
}
