/** The calls of isolators around the life of a container: their order, their limits and their failures. */

import type { Changes, Isolator } from '../../../../cluster/agent/containerizer/isolators/isolator';
import type { Limitation } from '../../../../cluster/agent/core/state/container-spec';
import { Place } from './place';

describe('isolators', () => {
  const calls: string[] = [];
  let place: Place;
  beforeEach(() => {
    place = new Place();
    calls.length = 0;
  });
  afterEach(() => place.close());

  function noted(name: string, more: Partial<Isolator> = {}): Isolator {
    const note = (method: string) => (): Promise<undefined> => {
      calls.push(`${name} ${method}`);
      return Promise.resolve(undefined);
    };
    const prepare = (): Promise<Changes> =>
      note('prepare')().then(() => ({ environment: { [name]: 'set' } }));
    return { name, needsRuntime: false, prepare, cleanup: note('cleanup'), update: note('update'), ...more };
  }

  it('prepare in their order, add variables, and clean up in reverse', async () => {
    const containers = place.containerizer([noted('A'), noted('B')]);
    const spec = place.spec('echo $A $B');
    const container = await containers.launch(spec);
    await containers.update(spec.containerId, { resources: [], limits: { mem: Number.POSITIVE_INFINITY } });
    await container.ended;
    expect(place.output(spec)).toBe('set set\n');
    expect(calls).toEqual(['A prepare', 'B prepare', 'A update', 'B update', 'B cleanup', 'A cleanup']);
    await containers.destroy(spec.containerId);
  });

  it('that fail end the launch with their reason, after all have cleaned up', async () => {
    const failing = noted('B', { prepare: () => Promise.reject(new Error('no more networks')) });
    const containers = place.containerizer([noted('A'), failing, noted('C')]);
    await expect(containers.launch(place.spec('true'))).rejects.toThrow('no more networks');
    expect(calls).toEqual(['A prepare', 'C cleanup', 'B cleanup', 'A cleanup']);
  });

  it('refuse what they cannot do before anything is made', async () => {
    const containers = place.containerizer([noted('A'), noted('B', { refusal: () => 'not a share' })]);
    await expect(containers.launch(place.spec('true'))).rejects.toThrow('not a share');
    expect(calls).not.toContain('A prepare');
  });

  const limitation: Limitation = {
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: 'too much',
    resources: [],
  };

  it('destroy what goes beyond a limit, which is its end', async () => {
    let limited: (limit: Limitation) => void = () => undefined;
    const watching = noted('A', {
      watch: (_run, tell) => {
        limited = tell;
      },
    });
    const containers = place.containerizer([watching]);
    const spec = place.spec('sleep 1000');
    const container = await containers.launch(spec);
    limited(limitation);
    expect(await container.ended).toMatchObject({
      status: { signal: 'SIGKILL' },
      state: 'TASK_FAILED',
      reason: limitation.reason,
    });
    await containers.destroy(spec.containerId);
  });

  it('are asked for a limit once more before an exit is told', async () => {
    const containers = place.containerizer([noted('A', { limitation: () => Promise.resolve(limitation) })]);
    const spec = place.spec('kill -9 $$');
    const container = await containers.launch(spec);
    expect(await container.ended).toMatchObject({ reason: limitation.reason, message: 'too much' });
    await containers.destroy(spec.containerId);
  });

  it('that need a runtime where there is none end the launch', async () => {
    const containers = place.containerizer([{ name: 'bare', needsRuntime: true }], { hasHolder: false });
    await expect(containers.launch(place.spec('true'))).rejects.toThrow('needs an OCI runtime');
  });
});
