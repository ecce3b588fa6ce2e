/**
 * `meseta demo`: a new cluster of two agents, an app on it, and the proof that it is found by name and through HAProxy.
 */

import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseFlags, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { takenPorts } from '../cluster/free-ports';
import { upFlags } from '../cluster/options';
import { type Command, flagCommand, style, type Terminal } from '../command';
import { runDaemon } from '../daemon';
import { demonstrateJobs } from '../demo/jobs';
import { StepError } from '../demo/poll';
import { playSecondAct } from '../demo/second-act';
import { type DemoApp, demonstrate } from '../demo/steps';
import { readUpFile } from '../up-file';
import { up } from './up';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDER = join(ROOT, '.meseta-demo');
const APP: DemoApp = {
  file: join(ROOT, 'examples', 'hello.json'),
  id: '/hello',
  host: 'hello.localhost',
  instances: 3,
};

const JOBS = ['tick.json', 'tock.json'].map((file) => join(ROOT, 'examples', file));

const demoFlags = {
  exit: toggle({ help: 'stop after the proof: status 0, or 1 with the failing step named', fallback: false }),
  'free-ports': toggle({ help: 'let the system choose every port', fallback: false }),
};

export const demoCommand: Command = flagCommand({
  flags: demoFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async () => {
      const running = await up(await upOptions(flags['free-ports'], terminal), terminal);
      const shown = show(running, terminal, flags.exit);
      if (flags.exit) return { running, finished: shown };
      void shown;
      return { running };
    }),
});

/** The options of the demo: the usual ports, or ports that the system chooses when one of them is in use. */
async function upOptions(freePorts: boolean, terminal: Terminal) {
  const other = readUpFile(FOLDER);
  if (other?.running) {
    throw new StartError(
      `a demo runs already: process ${other.pid}. 'meseta down --work-dir=${FOLDER}' stops it`,
    );
  }
  rmSync(FOLDER, { recursive: true, force: true });
  const args = ['--agents=2', `--work-dir=${FOLDER}`, `--record=${join(FOLDER, 'recordings')}`];
  const read = (more: readonly string[]) =>
    parseFlags(upFlags, { command: 'meseta demo', about: '', args: [...args, ...more], env: {} }).flags;
  const usual = read([]);
  const portsTaken = freePorts ? [] : await takenPorts(usual);
  if (portsTaken.length > 0) {
    const verb = portsTaken.length === 1 ? 'port is' : 'ports are';
    terminal.out(`The usual ${verb} taken (${portsTaken.join(', ')}): the demo lets the system choose.\n\n`);
  }
  return freePorts || portsTaken.length > 0 ? read(['--free-ports']) : usual;
}

async function show(
  cluster: Parameters<typeof demonstrate>[0],
  terminal: Terminal,
  leave: boolean,
): Promise<number> {
  try {
    await demonstrate(cluster, APP, terminal);
    await demonstrateJobs(cluster, JOBS, terminal);
    await playSecondAct({ cluster, appFile: APP.file, folder: FOLDER, terminal });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    terminal.err(
      `\n${style.bad('The demo')} ${error.message}\nSee ${join(relative(process.cwd(), FOLDER), 'meseta.log')}.\n`,
    );
    return 1;
  }
  const recordings = relative(process.cwd(), join(FOLDER, 'recordings'));
  terminal.out(`\nRecorded. Run it again with: ./bin/meseta replay ${join(recordings, 'master.rec')}\n`);
  if (!leave)
    terminal.out(
      `It stays up. Try: curl -H 'Host: ${APP.host}' http://${where(cluster)}/ ; Ctrl-C stops it.\n`,
    );
  return 0;
}

function where({ http }: Parameters<typeof demonstrate>[0]): string {
  return http ? `${http.address}:${http.port}` : '';
}
