import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireSystemProgram } from '../kit/system-program.ts';

const RSYSLOG = { command: 'rsyslogd', debianPackage: 'rsyslog-elasticsearch', homebrewFormula: 'rsyslog' };
const config = fileURLToPath(new URL('../../deploy/logs/rsyslog.conf', import.meta.url));

/** rsyslog as it is deployed, in folders of a test. */
export interface LogShipper {
  /** Ends it as a restart does; it keeps what it has not sent. */
  stop(): Promise<void>;
}

/** Installs it first where it is missing and may be. @param directory has `logs` and `state` */
export async function startLogShipper(directory: string, elasticsearchUrl: string): Promise<LogShipper> {
  const program = await requireSystemProgram(RSYSLOG, join(directory, 'install.log'));
  const child = spawn(program, ['-n', '-f', config, '-i', join(directory, 'rsyslogd.pid')], {
    env: {
      TRIBUTARY_LOG_FILES: join(directory, 'logs', '*.log'),
      TRIBUTARY_LOG_STATE: join(directory, 'state'),
      ELASTICSEARCH_URL: elasticsearchUrl,
    },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  return {
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
