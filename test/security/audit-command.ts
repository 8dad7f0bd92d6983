import { execFile } from 'node:child_process';
import { runPlainCommand } from '../kit/plain-command.ts';
import { readAdvisories, unacceptedAdvisories } from './audit.ts';
import { auditExceptions } from './audit-exceptions.ts';

const HELP = `Usage: npm run audit

Asks the registry for advisories about the packages that are installed to run Tributary. A grave one fails, unless it is listed in
test/security/audit-exceptions.ts with a reason and a day. Where the registry does not answer, that is said, and nothing fails.

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

await runPlainCommand(HELP, async () => judge(await npmAudit()));

function judge(report: string): number {
  const advisories = readAdvisories(report);
  if (advisories === undefined) {
    console.log('The registry answered no audit: nothing is known about advisories.');
    return 0;
  }
  const unaccepted = unacceptedAdvisories(advisories, auditExceptions, new Date());
  for (const { id, package: name, title, severity } of unaccepted)
    console.log(`${severity} ${id} in ${name}: ${title}`);
  console.log(`${advisories.length} advisories, ${unaccepted.length} of them grave and not excepted.`);
  return unaccepted.length === 0 ? 0 : 1;
}

/** npm fails when there is any advisory; what it prints counts. */
function npmAudit(): Promise<string> {
  return new Promise((resolve) => {
    execFile('npm', ['audit', '--omit=dev', '--json'], { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}
