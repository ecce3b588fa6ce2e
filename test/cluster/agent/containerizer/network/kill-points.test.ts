/**
 * Kill -9 of the agent at every point of a launch in networks and of a destroy: the next one cleans up, and nothing is left.
 *
 * A process of its own kills itself right before or after its nth call that changes a file or starts a program.
 * METHODICAL=1 takes every point, otherwise each few.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../../../../cluster/agent/containerizer/run-folder';
import { holderProgram } from '../../../../../cluster/runtime/holder/held-program';
import { expectNothingLeft } from '../leftovers';
import { Place, runtime } from '../place';
import { Host, hasPlugins, PLUGINS } from './host';

jest.setTimeout(600_000);

const DIST = join(__dirname, '..', '..', '..', '..', '..', 'dist');
const STRIDE = process.env['METHODICAL'] ? 1 : 13;

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
  wrap(require('node:fs'), ['writeFileSync', 'renameSync', 'mkdirSync', 'rmSync']);
  wrap(require('node:child_process'), ['spawn']);
  const from = (path) => require(plan.dist + '/cluster/' + path + '.js');
  const { MesosContainerizer } = from('agent/containerizer/containerizer');
  const { networkCni } = from('agent/containerizer/isolators/network-cni');
  const { NO_DNS } = from('agent/containerizer/network/container-dns');
  const { OciLauncher } = from('agent/containerizer/oci/oci-launcher');
  const { PosixLauncher } = from('agent/containerizer/posix/posix-launcher');
  const { systemClock } = from('runtime/clock');
  const { silentLogger: log } = from('runtime/log');
  const { runtimeDir, workDir, cgroupsRoot, holder, runtime, root, folders, spec } = plan;
  const cni = { folders, root, isKnown: () => true, defaultDns: NO_DNS, hasMetrics: true, log };
  const containerizer = new MesosContainerizer({
    isolators: [networkCni(cni)],
    posix: new PosixLauncher(holder),
    runtime: new OciLauncher({ runtime, stateFolder: runtimeDir + '/runc', holder }),
    runtimeDir, workDir, cgroupsRoot, clock: systemClock(), log,
  });
  (async () => {
    count = 0;
    await containerizer.launch(spec);
    await containerizer.destroy(spec.containerId);
    process.exit(0);
  })();
`;

(hasPlugins && 'path' in runtime && existsSync(DIST) ? it : it.skip)(
  'an agent that is killed at a point of a launch in a network leaves nothing',
  async () => {
    const host = new Host();
    const place = new Place();
    const root = join(place.runtimeDir, 'isolators/network/cni');
    host.configure('web.conflist', {
      cniVersion: '0.4.0',
      name: 'web',
      plugins: [
        { type: 'bridge', bridge: 'tst0', isGateway: true, ipMasq: true, ipam: host.ipam('10.254.6.0/24') },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    });
    const info = { name: 'web', port_mappings: [{ host_port: 18080, container_port: 80 }] };
    const isKnown = (containerId: string): boolean => existsSync(runFolder(place.runtimeDir, containerId));
    try {
      for (let at = 1; ; at += STRIDE) {
        const { runtimeDir, workDir, cgroupsRoot } = place;
        const spec = place.spec('sleep 100', { container: { type: 'MESOS', network_infos: [info] } });
        const folders = { configDir: host.configDir, pluginsDir: PLUGINS };
        const paths = { dist: DIST, holder: holderProgram(), runtime: 'path' in runtime && runtime.path };
        const plan = { ...paths, at, runtimeDir, workDir, cgroupsRoot, root, folders, spec };
        const signal = await ended(host.command(process.execPath, '-e', AGENT), {
          PLAN: JSON.stringify(plan),
        });
        const next = place.containerizer([host.isolator({ root, isKnown })]);
        await next.recover([]);
        const { cgroupsRoot: cgroups, empty } = place;
        await expectNothingLeft({ root: place.root, cgroupsRoot: cgroups, empty: [...empty, root] });
        expect({ at, left: host.leftovers() }).toEqual({ at, left: [] });
        if (signal !== 'SIGKILL') break;
      }
    } finally {
      await host.close();
      await place.close();
    }
  },
);

function ended([file = '', ...args]: readonly string[], env: Record<string, string>): Promise<string | null> {
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}
