/**
 * Kill -9 of the agent at every point of a launch and of a destroy: the next one adopts or cleans up, and nothing is left.
 *
 * A process of its own launches a container, runs a command in it, and destroys it; it kills itself right before or after
 * its nth call that changes a file or starts a program. METHODICAL=1 takes every point, otherwise each few.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { ipcIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-ipc';
import { pidIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-pid';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { Place, runtime } from './place';

jest.setTimeout(600_000);

const DIST = join(__dirname, '..', '..', '..', '..', 'dist');
const STRIDE = process.env['METHODICAL'] ? 1 : 7;
/** The process has killed itself. */
const KILLED = 'SIGKILL';

/** The agent that kills itself, as a program: `plan` is in its environment. */
const AGENT = `
  const plan = JSON.parse(process.env.PLAN);
  let count = 0;
  const point = () => { if (++count === plan.at) process.kill(process.pid, 'SIGKILL'); };
  const wrap = (module, names) => { for (const name of names) {
    const original = module[name];
    module[name] = function (...args) {
      point();
      const result = original.apply(this, args);
      point();
      return result;
    };
  } };
  const fs = require('node:fs');
  wrap(fs, ['writeFileSync', 'renameSync', 'mkdirSync', 'symlinkSync', 'unlinkSync', 'openSync', 'closeSync']);
  wrap(require('node:fs/promises'), ['writeFile', 'rm', 'rmdir', 'symlink', 'lchown']);
  const processes = require('node:child_process');
  wrap(processes, ['spawn', 'execFile']);
  const from = (path) => require(plan.dist + '/cluster/' + path + '.js');
  const { MesosContainerizer } = from('agent/containerizer/containerizer');
  const { OciLauncher } = from('agent/containerizer/oci/oci-launcher');
  const { PosixLauncher } = from('agent/containerizer/posix/posix-launcher');
  const { ipcIsolator } = from('agent/containerizer/isolators/namespaces-ipc');
  const { pidIsolator } = from('agent/containerizer/isolators/namespaces-pid');
  const { systemClock } = from('runtime/clock');
  const { silentLogger } = from('runtime/log');
  const { runtimeDir, workDir, cgroupsRoot, holder, runtime, spec } = plan;
  const options = { disallowSharingAgent: false };
  const containerizer = new MesosContainerizer({
    isolators: runtime ? [ipcIsolator(options), pidIsolator(options)] : [],
    posix: new PosixLauncher(holder),
    runtime: runtime && new OciLauncher({ runtime, stateFolder: runtimeDir + '/runc', holder }),
    runtimeDir, workDir, cgroupsRoot, clock: systemClock(), log: silentLogger,
  });
  (async () => {
    count = 0;
    const container = await containerizer.launch(spec);
    const check = await container.exec({ file: 'true', arguments: ['true'], environment: {} });
    await check.ended;
    await containerizer.destroy(spec.containerId);
    console.log(count);
    process.exit(0);
  })();
`;

/** Runs it up to a point; the number of points when it came to its end, undefined when it has killed itself. */
function runAgent(plan: object): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', AGENT], {
      env: { PATH: process.env['PATH'] ?? '', PLAN: JSON.stringify({ dist: DIST, ...plan }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.once('close', (code, signal) => {
      if (signal === KILLED) resolve(undefined);
      else if (code === 0) resolve(Number(out));
      else reject(new Error(err));
    });
  });
}

const options = { disallowSharingAgent: false };
const isBuilt = existsSync(join(DIST, 'cluster/agent/containerizer/containerizer.js'));
const ways: readonly [string, readonly Isolator[], string | undefined, boolean][] = [
  ['a holder', [], undefined, isBuilt && holderProgram() !== undefined],
  [
    'the runtime',
    [ipcIsolator(options), pidIsolator(options)],
    'path' in runtime ? runtime.path : undefined,
    isBuilt && 'path' in runtime,
  ],
];

describe.each(ways)('kill -9 of the agent, with containers under %s', (_name, isolators, path, isThere) => {
  const check = isThere ? it : it.skip;

  check('leaves nothing at any point once the next agent has started', async () => {
    const count = await attempt(0, isolators, path);
    expect(count).toBeGreaterThan(20);
    for (let at = 1; at <= (count ?? 0); at += STRIDE) await attempt(at, isolators, path);
  });
});

/** One attempt, in a place of its own; the next agent wants the container at every other point. */
async function attempt(
  at: number,
  isolators: readonly Isolator[],
  path: string | undefined,
): Promise<number | undefined> {
  const place = new Place();
  const { runtimeDir, workDir, cgroupsRoot } = place;
  const linux_info = { ipc_mode: 'PRIVATE' } as const;
  const spec = place.spec('setsid sleep 1000 & wait', { container: { type: 'MESOS', linux_info } });
  const count = await runAgent({
    at,
    runtimeDir,
    workDir,
    cgroupsRoot,
    holder: holderProgram(),
    runtime: path,
    spec,
  });
  try {
    const next = place.containerizer(isolators);
    const isWanted = at % 2 === 0;
    const [container] = await next.recover(isWanted ? [spec.containerId] : []);
    expect(container === undefined || isWanted).toBe(true);
    // It runs, or its end is known.
    if (container?.pid === undefined) await container?.ended;
    await next.destroy(spec.containerId);
    await place.close();
  } catch (error) {
    throw new Error(`after a kill at point ${at}: ${(error as Error).message}`);
  }
  return count;
}
