/**
 * Kill -9 of the agent at every point of the launch and the destroy of a Docker container: the next one adopts or cleans up,
 * no container has run twice, and nothing is left on the engine or on the machine.
 *
 * METHODICAL=1 takes every point.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '../../../../cluster/agent/containerizer/port';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import { holderProgram } from '../../../../cluster/runtime/holder/held-program';
import { atEachPoint, isBuilt, runMortal } from '../containerizer/mortal-agent';
import { DockerPlace, scalar } from './docker-place';
import { hasEngine, TestEngine } from './test-engine';

jest.setTimeout(600_000);

const STRIDE = 31;
const PROGRAM = 'echo ran >> $MESOS_SANDBOX/ran; exec sleep 1000';

/** The agent that is killed, by the flags of its plan. */
const CONTAINERIZER = `from('agent/docker/create-docker').createDocker(plan.config, {
  workDir, runtimeDir, clock, log,
  secrets: from('agent/containerizer/secrets/secret-resolver').secretResolver({}),
  hierarchies: from('agent/containerizer/cgroups/hierarchies').findHierarchies('/sys/fs/cgroup'),
  fetching: {
    output: new (from('agent/containerizer/output').OutputFiles)(),
    fetcher: { fetch: () => Promise.resolve() },
  },
}).then(({ containerizer }) => containerizer)`;

/** A check, new resources, and an end that is waited for until the engine has forgotten the container. */
const USE = `
  const check = await container.exec({ file: '/bin/sh', arguments: ['sh', '-c', 'true'], environment: {} });
  await check.ended;
  await containerizer.update(spec.containerId, { resources: spec.resources, limits: {} });
  await containerizer.destroy(spec.containerId);
  const { DockerEngine } = from('agent/docker/engine');
  const engine = new DockerEngine(plan.config.docker_socket);
  while ((await engine.list('mesos-' + spec.containerId)).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
`;

const check = isBuilt && hasEngine ? it : it.skip;

check('a Docker container is adopted or gone after a kill -9 of its agent, and has run once', async () => {
  const engine = await TestEngine.start('--live-restore');
  const ends = new Set<string>();
  try {
    await atEachPoint(STRIDE, (at) => attempt(at, engine, ends));
  } finally {
    await engine.close();
  }
  if (process.env['METHODICAL'])
    expect([...ends]).toEqual(expect.arrayContaining(['gone', 'never ran', 'runs']));
});

/** One attempt, in a place of its own; the next agent wants the container at every other point. */
async function attempt(at: number, engine: TestEngine, ends: Set<string>): Promise<number | undefined> {
  const place = new DockerPlace(engine);
  const { runtimeDir, workDir, config } = place;
  const spec = place.spec(
    PROGRAM,
    {},
    { taskId: undefined, resources: [scalar('cpus', 0.1), scalar('mem', 64)] },
  );
  const paths = { runtimeDir, workDir, holder: holderProgram(), runtime: undefined };
  const count = await runMortal({ containerizer: CONTAINERIZER, use: USE }, { ...paths, config, at, spec });
  const next = await place.agent();
  const isWanted = at % 2 === 0;
  const [container] = await next.recover(isWanted ? [spec.containerId] : []);
  if (isWanted) ends.add(await endOf(container, spec));
  else expect(container).toBeUndefined();
  await next.destroy(spec.containerId);
  await place.close();
  return count;
}

/** The state of a container after the next start of the agent. */
async function endOf(container: Container | undefined, spec: ContainerSpec): Promise<string> {
  if (!container) return 'gone';
  if (container.pid !== undefined) {
    expect(runsOf(spec)).toBe(1);
    return 'runs';
  }
  const { status, reason } = await container.ended;
  expect(runsOf(spec)).toBe(container.neverRan ? 0 : 1);
  if (!container.neverRan) expect(status).toBeDefined();
  else expect(reason).toBe('REASON_CONTAINER_LAUNCH_FAILED');
  return container.neverRan ? 'never ran' : 'ended';
}

/** The number of times that the program has begun. */
function runsOf({ directory }: ContainerSpec): number {
  try {
    return readFileSync(join(directory, 'ran'), 'utf8').trim().split('\n').length;
  } catch {
    return 0;
  }
}
