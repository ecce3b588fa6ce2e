import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gpus, gpuNvidia, minorsIn } from '../../../../../cluster/agent/containerizer/isolators/gpu-nvidia';
import { baseSpec, configOf, contextOf, resourcesOf, runOf, specOf } from './builders';

describe('gpu/nvidia', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meseta-gpu-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const make = () => gpuNvidia(contextOf({ config: configOf('--nvidia_gpu_devices=0,1') }));
  const run = (containerId: string, gpus: string) =>
    runOf({ containerId, resources: resourcesOf(gpus) }, { folder });

  it('finds GPUs by their devices', () => {
    expect(minorsIn(['null', 'nvidia10', 'nvidia2', 'nvidiactl', 'nvidia-uvm'])).toEqual([2, 10]);
  });

  it('gives whole GPUs, each to one container, also over a restart of the agent', async () => {
    const isolator = make();
    const changes = await isolator.prepare?.(run('C', 'gpus:1'));
    expect(changes?.specification?.(baseSpec()).linux.resources?.devices).toContainEqual({
      allow: true,
      type: 'c',
      major: 195,
      minor: 0,
      access: 'rwm',
    });
    expect(readFileSync(join(folder, 'gpus.json'), 'utf8')).toBe('[0]');
    await expect(isolator.prepare?.(run('D', 'gpus:2'))).rejects.toThrow(
      'Requested 2 gpus but only 1 available',
    );
    const restarted = make();
    await restarted.recover?.(run('C', 'gpus:1'));
    await expect(restarted.prepare?.(run('D', 'gpus:2'))).rejects.toThrow(/only 1 available/);
    await restarted.cleanup?.(run('C', 'gpus:1'));
    await restarted.prepare?.(run('D', 'gpus:2'));
    await expect(
      restarted.update?.(run('D', 'gpus:2'), { resources: resourcesOf('gpus:1'), limits: {} }),
    ).rejects.toThrow('The number of GPUs of a running container cannot be changed');
  });

  it('refuses parts of a GPU', () => {
    expect(make().refusal?.(specOf({ resources: resourcesOf('gpus:0.5') }))).toBe(
      "The 'gpus' resource must be an unsigned integer",
    );
  });

  it('takes a container’s own ones again when it is prepared twice', () => {
    const gpus = new Gpus([0, 1]);
    expect([gpus.take('C', 2), gpus.take('C', 1), gpus.of('C')]).toEqual([[0, 1], [0], [0]]);
  });
});
