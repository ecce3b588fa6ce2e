/** Tasks in control groups and in a pid namespace of their own, beside containers of runc alone. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from '../leftovers';
import { isThere, run } from './beside';
import { withAgent } from './cluster';
import { Load } from './load';
import { print } from './print';

const TASKS = Number(process.env['BENCH_ISOLATED'] ?? 100);
const ISOLATION = 'cgroups/cpu,cgroups/mem,filesystem/linux,namespaces/pid';

export async function benchIsolation(): Promise<void> {
  if (process.getuid?.() !== 0 || !isThere('runc') || !isThere('conmon'))
    return print('isolated tasks', 'not measured: this needs root, runc and conmon');
  const plain = await runcLoop();
  await withAgent([`--isolation=${ISOLATION}`], async ({ url }) => {
    const load = new Load({ url, command: 'exec sleep 1000' });
    const began = performance.now();
    await load.launch(TASKS);
    const started = (performance.now() - began) / 1000;
    print(
      `${TASKS} tasks with control groups and pid namespaces`,
      `all run after ${started.toFixed(2)} s, ${(started / plain).toFixed(2)} times runc alone (${plain.toFixed(2)} s; aim: 1.5 times)`,
    );
    await load.killAll();
    await load.stop();
  });
}

/** Seconds to start as many containers by `runc run --detach`, one after another, as a script would. */
async function runcLoop(): Promise<number> {
  const folder = benchFolder('meseta-bench-runc-');
  const bundle = join(folder, 'bundle');
  const root = join(folder, 'host');
  mkdirSync(bundle);
  mkdirSync(root);
  await run('mount', ['--rbind', '/', root]);
  await run('mount', ['--make-rslave', root]);
  const runc = (...args: string[]): Promise<void> =>
    run('runc', [`--root=${join(folder, 'state')}`, ...args]);
  const names = Array.from({ length: TASKS }, (_none, index) => `meseta-bench-${process.pid}-${index}`);
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(root)));
  try {
    const began = performance.now();
    for (const name of names) await runc('run', '--detach', '--bundle', bundle, name);
    return (performance.now() - began) / 1000;
  } finally {
    for (const name of names) await runc('delete', '--force', name).catch(() => undefined);
    await run('umount', ['-R', '-l', root]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A process on the host's file system with namespaces and limits like those of a task. */
function specification(root: string): unknown {
  return {
    ociVersion: '1.0.2',
    process: {
      args: ['/bin/sleep', '1000'],
      cwd: '/',
      env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
      user: { uid: 0, gid: 0 },
    },
    root: { path: root },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'mount' }],
      resources: { cpu: { shares: 102 }, memory: { limit: 33_554_432 } },
    },
  };
}
