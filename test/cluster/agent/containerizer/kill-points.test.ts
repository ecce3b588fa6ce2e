/**
 * Kill -9 of the agent at every point of a launch and of a destroy: the next one adopts or cleans up, and nothing is left.
 *
 * The agent launches a container, runs a command in it, and destroys it. METHODICAL=1 takes every point.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSecret } from '../../../../cluster/agent/containerizer/isolators/environment-secret';
import type { Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import { ipcIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-ipc';
import { pidIsolator } from '../../../../cluster/agent/containerizer/isolators/namespaces-pid';
import { volumeSecret } from '../../../../cluster/agent/containerizer/isolators/volume-secret';
import type { Container } from '../../../../cluster/agent/containerizer/port';
import type { Secret, Volume } from '../../../../cluster/api/generated/mesos';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { contextOf } from './isolators/builders';
import { atEachPoint, isBuilt, runMortal } from './mortal-agent';
import { Place, runtime } from './place';

jest.setTimeout(600_000);

const STRIDE = 7;
const options = { disallowSharingAgent: false };
const context = contextOf();
const secret: Secret = { type: 'VALUE', value: { data: 'aHVudGVyMg==' } };
const ofSecret: Volume = { mode: 'RO', container_path: 'key', source: { type: 'SECRET', secret } };
const CHECK = `
  const check = await container.exec({ file: 'true', arguments: ['true'], environment: {} });
  await check.ended;
`;
const SECRETS = `{ secrets: from('agent/containerizer/secrets/secret-resolver').secretResolver({}), config: {} }`;
const ISOLATORS = `[
  from('agent/containerizer/isolators/environment-secret').environmentSecret(${SECRETS}),
  from('agent/containerizer/isolators/volume-secret').volumeSecret(${SECRETS}),
  from('agent/containerizer/isolators/namespaces-ipc').ipcIsolator(${JSON.stringify(options)}),
  from('agent/containerizer/isolators/namespaces-pid').pidIsolator(${JSON.stringify(options)}),
]`;

interface Way {
  readonly name: string;
  readonly isolators: readonly Isolator[];
  /** The same in the agent that is killed. */
  readonly code: string;
  readonly runtime: string | undefined;
  readonly isThere: boolean;
}

const ways: readonly Way[] = [
  {
    name: 'a holder',
    isolators: [],
    code: '[]',
    runtime: undefined,
    isThere: isBuilt && holderProgram() !== undefined,
  },
  {
    name: 'the runtime',
    isolators: [
      environmentSecret(context),
      volumeSecret(context),
      ipcIsolator(options),
      pidIsolator(options),
    ],
    code: ISOLATORS,
    runtime: 'path' in runtime ? runtime.path : undefined,
    isThere: isBuilt && 'path' in runtime,
  },
];

describe.each(ways)('kill -9 of the agent, with containers under $name', (way) => {
  const check = way.isThere ? it : it.skip;

  check('leaves nothing once the next agent has started, which knows whether the program ran', async () => {
    const ends = new Set<string>();
    await atEachPoint(STRIDE, (at) => attempt(at, way, ends));
    expect([...ends].sort()).toEqual(['ended', 'gone', 'never ran', 'runs']);
  });
});

/** One attempt, in a place of its own; the next agent wants the container at every other point. */
async function attempt(at: number, way: Way, ends: Set<string>): Promise<number | undefined> {
  const place = new Place();
  const { runtimeDir, workDir, cgroupsRoot } = place;
  const linux_info = { ipc_mode: 'PRIVATE' } as const;
  const spec = place.spec(undefined, {
    command: {
      value: 'touch ran; setsid sleep 1000 & wait',
      environment: { variables: [{ name: 'KEY', type: 'SECRET', secret }] },
    },
    container: { type: 'MESOS', linux_info, volumes: way.runtime === undefined ? [] : [ofSecret] },
  });
  const paths = { runtimeDir, workDir, cgroupsRoot, holder: holderProgram(), runtime: way.runtime };
  const count = await runMortal({ isolators: way.code, use: CHECK }, { ...paths, at, spec });
  const next = place.containerizer(way.isolators);
  const isWanted = at % 2 === 0;
  const [container] = await next.recover(isWanted ? [spec.containerId] : []);
  if (isWanted) ends.add(await endOf(container));
  else expect(container).toBeUndefined();
  if (container?.neverRan) expect(existsSync(join(spec.directory, 'ran'))).toBe(false);
  await next.destroy(spec.containerId);
  await place.close();
  return count;
}

/** The state of a container after the next start of the agent. Without damaged files its end is known for good. */
async function endOf(container: Container | undefined): Promise<string> {
  if (!container) return 'gone';
  if (container.pid !== undefined) return 'runs';
  const { status, reason } = await container.ended;
  if (!container.neverRan) expect(status).toBeDefined();
  else expect({ status, reason }).toEqual({ status: undefined, reason: 'REASON_CONTAINER_LAUNCH_FAILED' });
  return container.neverRan ? 'never ran' : 'ended';
}
