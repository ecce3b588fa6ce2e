/**
 * `meseta demo`: a fresh cluster of two agents, an app on it, and the proof that it can be found.
 */

import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseFlags, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { upFlags } from '../cluster/options';
import { type Command, flagCommand, style, type Terminal } from '../command';
import { runDaemon } from '../daemon';
import { type DemoApp, demonstrate, StepError } from '../demo/steps';
import { up } from './up';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDER = join(ROOT, '.meseta-demo');
const APP: DemoApp = {
  file: join(ROOT, 'examples', 'hello.json'),
  id: '/hello',
  host: 'hello.localhost',
  instances: 3,
};

const flags = {
  exit: toggle({ help: 'stop after the proof: status 0, or 1 with the failing step named', fallback: false }),
  'free-ports': toggle({ help: 'let the system choose every port', fallback: false }),
};

export const demoCommand: Command = flagCommand({
  flags,
  run: ({ flags: given }, terminal) =>
    runDaemon(terminal, async () => {
      const running = await up(upOptions(given['free-ports']), terminal).catch(hintAtPorts);
      const shown = show(running, terminal, given.exit);
      if (given.exit) return { running, finished: shown };
      void shown;
      return { running };
    }),
});

/** The demo has no flags for its ports: another set of them is the way out. */
function hintAtPorts(error: unknown): never {
  if (!(error instanceof StartError) || !error.message.includes('the port is taken')) throw error;
  const what = error.message.replace(/Stop the process that uses it.*$/s, '');
  throw new StartError(`${what}Stop the process that uses it, or run: npm run demo -- --free-ports`);
}

function upOptions(freePorts: boolean) {
  rmSync(FOLDER, { recursive: true, force: true });
  const args = ['--agents=2', `--work-dir=${FOLDER}`, `--record=${join(FOLDER, 'recordings')}`];
  if (freePorts) args.push('--free-ports');
  return parseFlags(upFlags, { command: 'meseta demo', about: '', args, env: {} }).flags;
}

async function show(
  cluster: Parameters<typeof demonstrate>[0],
  terminal: Terminal,
  leave: boolean,
): Promise<number> {
  try {
    await demonstrate(cluster, APP, terminal);
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
