/**
 * An agent as a process that kills itself with SIGKILL, right before or after its nth call that changes a file or starts
 * a program; and the loop that kills one at each of these points.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const DIST = join(__dirname, '..', '..', '..', '..', 'dist');

/** False where the agent is not built. */
export const isBuilt = existsSync(join(DIST, 'cluster/agent/containerizer/containerizer.js'));

/** The parts of an agent, as JavaScript. `plan` has what the attempt gives, and `from` requires a file of `cluster`. */
export interface MortalAgent {
  /** An expression: its isolators. It may use `provisioner`. */
  readonly isolators?: string;
  /** An expression: its containerizer, which may be a promise; without one it is that of Mesos. */
  readonly containerizer?: string;
  /** An expression: its provisioner of images, which may be a promise. */
  readonly provisioner?: string;
  /** Statements that make more of a container, which has the name `container`, before it is destroyed. */
  readonly use?: string;
}

/** The plan of an attempt: what the agent is made of, and the point at which it ends; 0 for none. */
export interface MortalPlan {
  readonly at: number;
  readonly runtimeDir: string;
  readonly workDir: string;
  readonly cgroupsRoot?: string;
  readonly holder: string | undefined;
  readonly runtime: string | undefined;
  readonly spec: object;
  /** The flags that an expression of the agent reads. */
  readonly config?: object;
}

/** The calls that are points, beside requests over HTTP. */
const CALLS = {
  'node:fs': [
    'writeFileSync',
    'renameSync',
    'mkdirSync',
    'rmSync',
    'symlinkSync',
    'unlinkSync',
    'openSync',
    'closeSync',
  ],
  'node:fs/promises': ['writeFile', 'rm', 'rmdir', 'symlink', 'lchown'],
  'node:child_process': ['spawn', 'execFile'],
};

/** The containerizer of Mesos, with what an attempt gives. */
function mesosContainerizer({ isolators = '[]', provisioner = 'undefined' }: MortalAgent): string {
  return `
    const { MesosContainerizer } = from('agent/containerizer/containerizer');
    const { OciLauncher } = from('agent/containerizer/oci/oci-launcher');
    const { PosixLauncher } = from('agent/containerizer/posix/posix-launcher');
    const { cgroupsRoot, runtime } = plan;
    const ofCgroups = () => from('agent/containerizer/isolators/cgroup-folders').cgroupFolders({
      config: { cgroups_destroy_timeout: 60_000 },
      hierarchies: from('agent/containerizer/cgroups/hierarchies').findHierarchies('/sys/fs/cgroup'),
      isolation: [],
    });
    const provisioner = await ${provisioner};
    return new MesosContainerizer({
      provisioner,
      // As every agent has it where there is a runtime.
      isolators: [...(runtime ? [ofCgroups()] : []), ...${isolators}],
      posix: new PosixLauncher(holder),
      runtime: runtime && new OciLauncher({ runtime, stateFolder: runtimeDir + '/runc', holder }),
      runtimeDir, workDir, cgroupsRoot, clock, log,
    });
  `;
}

function programOf(agent: MortalAgent): string {
  const { containerizer, use = '' } = agent;
  return `
    const plan = JSON.parse(process.env.PLAN);
    let count = 0;
    const point = () => { if (++count === plan.at) process.kill(process.pid, 'SIGKILL'); };
    const from = (path) => require(${JSON.stringify(DIST)} + '/cluster/' + path + '.js');
    const makePoints = (owner, calls) => {
      for (const call of calls) {
        const original = owner[call];
        owner[call] = function (...args) {
          point();
          const result = original.apply(this, args);
          point();
          return result;
        };
      }
    };
    for (const [name, calls] of Object.entries(${JSON.stringify(CALLS)})) makePoints(require(name), calls);
    const { HttpClient } = from('runtime/http/client');
    makePoints(HttpClient.prototype, ['request', 'stream']);
    const { request } = HttpClient.prototype;
    HttpClient.prototype.request = function (...args) {
      return request.apply(this, args).finally(point);
    };
    const { silentLogger: log } = from('runtime/log');
    const clock = from('runtime/clock').systemClock();
    const { runtimeDir, workDir, holder, spec } = plan;
    const start = async () => {
      ${containerizer === undefined ? mesosContainerizer(agent) : `return await ${containerizer};`}
    };
    (async () => {
      const containerizer = await start();
      count = 0;
      const container = await containerizer.launch(spec);
      ${use}
      await containerizer.destroy(spec.containerId);
      console.log(count);
      process.exit(0);
    })();
  `;
}

/**
 * Runs an agent up to its point, by a command such as one that enters a namespace. The number of its points when it came
 * to its end; undefined when it has killed itself.
 */
export function runMortal(
  agent: MortalAgent,
  plan: MortalPlan,
  command: readonly string[] = [process.execPath],
): Promise<number | undefined> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, '-e', programOf(agent)], {
      env: { PATH: process.env['PATH'] ?? '', PLAN: JSON.stringify(plan) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        texts[name] += chunk.toString();
      });
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(Number(texts.stdout));
      else reject(new Error(texts.stderr));
    });
  });
}

/**
 * Makes an attempt without a kill, which counts the points, and then one at each of them: each few, or all with METHODICAL=1.
 */
export async function atEachPoint(
  stride: number,
  attempt: (at: number) => Promise<number | undefined>,
): Promise<void> {
  const count = (await attempt(0)) ?? 0;
  expect(count).toBeGreaterThan(20);
  for (let at = 1; at <= count; at += process.env['METHODICAL'] ? 1 : stride) {
    try {
      await attempt(at);
    } catch (error) {
      throw new Error(`after a kill at point ${at} of ${count}: ${(error as Error).message}`);
    }
  }
}
