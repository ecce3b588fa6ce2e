/**
 * Golden specifications for the runtime: `golden/NAME/container.json` has flags and a container, `config.json` what the
 * runtime gets. REWRITE=1 writes the latter anew.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hierarchies } from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';
import {
  checkRefusals,
  mergedEnvironment,
  prepareAll,
} from '../../../../../cluster/agent/containerizer/isolate';
import { makeIsolators } from '../../../../../cluster/agent/containerizer/isolators/make-isolators';
import { buildSpec } from '../../../../../cluster/agent/containerizer/oci/build-spec';
import { printSpec } from '../../../../../cluster/agent/containerizer/oci/print-spec';
import { programOf } from '../../../../../cluster/agent/containerizer/program';
import { secretResolver } from '../../../../../cluster/agent/containerizer/secrets/secret-resolver';
import { decodeJson } from '../../../../../cluster/api/json-read';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { configOf, resourcesOf, runOf } from './builders';

const GOLDEN = join(__dirname, 'golden');
const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'devices', 'blkio', 'io', 'net_cls'];
const CAPABILITIES = ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_NET_RAW', 'CAP_SYS_ADMIN'];

/** A container of a golden folder. */
interface GoldenContainer {
  readonly flags: readonly string[];
  readonly resources: string;
  readonly limits?: Readonly<Record<string, number>>;
  readonly container?: object;
  readonly parent?: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-golden-'));
  for (const name of ['sandbox', 'parent', 'run', 'host']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The specification of a container, with names in the place of folders of the test. */
async function specify(text: string, version: 1 | 2): Promise<string> {
  const golden = JSON.parse(inFolders(text)) as GoldenContainer;
  const isolators = makeIsolators(
    {
      config: configOf(...golden.flags),
      clock: new VirtualClock(),
      log: silentLogger,
      ports: [],
      workDir: folder,
      runtimeDir: folder,
      secrets: secretResolver({}),
    },
    {
      isRoot: true,
      runtime: { path: '/usr/sbin/runc' },
      hierarchies: hierarchiesOf(version),
      hasGpu: false,
      cgroupsHierarchy: '/cg',
    },
  );
  const directory = join(folder, 'sandbox');
  const run = runOf(
    {
      directory,
      taskId: undefined,
      resources: resourcesOf(golden.resources),
      limits: golden.limits ?? {},
      parent: golden.parent,
      container: golden.container && decodeJson('mesos.v1.ContainerInfo', JSON.stringify(golden.container)),
    },
    { folder: join(folder, 'run'), parent: golden.parent === undefined ? undefined : parentRun() },
  );
  checkRefusals(isolators, run.spec);
  const changes = await prepareAll(isolators, run);
  const specification = buildSpec(
    {
      program: programOf({ value: 'sleep 1' }),
      root: '/run/C/root',
      directory,
      environment: mergedEnvironment(run.spec, changes),
      identity: undefined,
      umask: 0o022,
      cgroup: run.cgroup,
      capabilities: CAPABILITIES,
      holder: '/holder',
      hasTerminal: false,
    },
    changes,
  );
  return `${indented(printSpec(specification)).replaceAll(folder, 'FOLDER')}\n`;
}

const inFolders = (text: string): string => text.replaceAll('FOLDER', folder);
const parentRun = () => runOf({ containerId: 'P', directory: join(folder, 'parent') });

/** One member a line, with exact integers. */
function indented(text: string): string {
  return JSON.stringify(JSON.parse(text.replace(/(?<=[:,[])\d{16,}/g, '"$&n"')), null, 2).replace(
    /"(\d+)n"/g,
    '$1',
  );
}

function hierarchiesOf(version: 1 | 2): Hierarchies {
  const controllers = new Map(CONTROLLERS.map((name) => [name, version === 1 ? `/cg/${name}` : '/cg']));
  return { version, controllers, folders: [...new Set(controllers.values())] };
}

describe.each(readdirSync(GOLDEN))('the container %s', (name) => {
  const read = (file: string): string => readFileSync(join(GOLDEN, name, file), 'utf8');

  it('has its specification, the same for both versions of cgroups', async () => {
    const specification = await specify(read('container.json'), 1);
    if (process.env['REWRITE']) writeFileSync(join(GOLDEN, name, 'config.json'), specification);
    expect(specification).toBe(read('config.json'));
    if (!read('container.json').includes('net_cls'))
      expect(await specify(read('container.json'), 2)).toBe(specification);
  });
});
