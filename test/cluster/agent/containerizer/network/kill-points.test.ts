/**
 * Kill -9 of the agent at every point of a launch in networks and of a destroy: the next one cleans up, and nothing is left.
 *
 * METHODICAL=1 takes every point, otherwise each few.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../../../../cluster/agent/containerizer/run-folder';
import { holderProgram } from '../../../../../cluster/runtime/holder/held-program';
import { expectNothingLeft } from '../../../../leftovers';
import { atEachPoint, isBuilt, runMortal } from '../mortal-agent';
import { Place, runtime } from '../place';
import { Host, hasPlugins, PLUGINS } from './host';

jest.setTimeout(600_000);

const STRIDE = 29;

/** The agent that is killed joins networks by the folders of its plan. */
const ISOLATORS = `[
  from('agent/containerizer/isolators/network-cni').networkCni({
    folders: plan.folders, root: plan.root, isKnown: () => true, hasMetrics: true, log,
    defaultDns: from('agent/containerizer/network/container-dns').NO_DNS,
  }),
]`;

(isBuilt && hasPlugins && 'path' in runtime ? it : it.skip)(
  'an agent that is killed at a point of a launch in a network leaves nothing',
  async () => {
    const host = new Host();
    const place = new Place();
    const root = join(place.runtimeDir, 'isolators/network/cni');
    host.configureBridge('web', 'tst0', '10.254.6.0/24');
    const info = { name: 'web', port_mappings: [{ host_port: 18080, container_port: 80 }] };
    const isKnown = (containerId: string): boolean => existsSync(runFolder(place.runtimeDir, containerId));
    const { runtimeDir, workDir, cgroupsRoot } = place;
    const folders = { configDir: host.configDir, pluginsDir: PLUGINS };
    const path = 'path' in runtime ? runtime.path : undefined;
    const paths = { runtimeDir, workDir, cgroupsRoot, holder: holderProgram(), runtime: path, root, folders };
    try {
      await atEachPoint(STRIDE, async (at) => {
        const spec = place.spec('sleep 100', { container: { type: 'MESOS', network_infos: [info] } });
        const plan = { ...paths, at, spec };
        const count = await runMortal({ isolators: ISOLATORS }, plan, host.command(process.execPath));
        await place.containerizer([host.isolator({ root, isKnown })]).recover([]);
        const onHost = (): string[] => host.leftovers();
        await expectNothingLeft({ ...place, empty: [...place.empty, root], onHost });
        return count;
      });
    } finally {
      await host.close();
      await place.close();
    }
  },
);
