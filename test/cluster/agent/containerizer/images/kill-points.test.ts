/**
 * Kill -9 of the agent at every point of the launch and the destroy of a container with an image, which is pulled for it:
 * the next agent adopts or cleans up, nothing is left, and the store is whole.
 *
 * METHODICAL=1 takes every point.
 */

import { holderProgram } from '../../../../../cluster/runtime/holder/held-program';
import { atEachPoint, isBuilt, runMortal } from '../mortal-agent';
import { runtime } from '../place';
import { buildImage, busyboxLayer, layer } from './image-builder';
import { hasImages, ImagePlace } from './image-place';
import { RegistryServer } from './registry-server';

jest.setTimeout(600_000);

const STRIDE = 61;
const check = isBuilt && hasImages ? it : it.skip;

check('leaves nothing, and the next launch has its image', async () => {
  const registry = await RegistryServer.start();
  const layers = [busyboxLayer(), layer({ file: 'whole\n' })];
  registry.push('app:1', buildImage({ layers, config: { Env: ['PATH=/bin'] } }));
  try {
    await atEachPoint(STRIDE, (at) => attempt(at, registry));
  } finally {
    await registry.close();
  }
});

async function attempt(at: number, registry: RegistryServer): Promise<number | undefined> {
  const place = new ImagePlace();
  const { runtimeDir, workDir, cgroupsRoot } = place;
  const flag = `--docker_registry=http://${registry.host}`;
  const spec = place.imageSpec('app:1', 'sleep 1000');
  const paths = { runtimeDir, workDir, cgroupsRoot, holder: holderProgram() };
  const plan = { ...paths, runtime: 'path' in runtime ? runtime.path : undefined, at, spec };
  const count = await runMortal(agentCode(place.flags(flag)), plan);
  const next = await place.agent(flag);
  // Every other one is wanted: it runs, or is cleaned up.
  const isWanted = at % 2 === 0;
  await next.recover(isWanted ? [spec.containerId] : []);
  if (isWanted) await next.destroy(spec.containerId);
  const again = place.imageSpec('app:1', 'cat /file');
  await place.run(next, again);
  expect(place.output(again)).toBe('whole\n');
  await place.close();
  return count;
}

/** The agent with these flags, as JavaScript. */
function agentCode(flags: readonly string[]) {
  const parsed = `from('runtime/config/flags').parseFlags(from('agent/containerizer/isolation-flags').isolationFlags, { command: '', about: '', args: ${JSON.stringify(flags)}, env: {} }).flags`;
  const place = `{ workDir, runtimeDir, log, clock: from('runtime/clock').systemClock(), secrets: from('agent/containerizer/secrets/secret-resolver').secretResolver({}) }`;
  const machine = `from('agent/containerizer/find-machine').findMachine(${parsed})`;
  return {
    provisioner: `from('agent/containerizer/images/create-provisioner').createProvisioner(${parsed}, ${place}).then((parts) => parts.provisioner)`,
    isolators: `from('agent/containerizer/isolators/make-isolators').makeIsolators({ config: ${parsed}, ports: [], provisioner, ...${place} }, ${machine})`,
  };
}
