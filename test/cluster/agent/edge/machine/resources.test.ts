import { tmpdir } from 'node:os';
import { agentResources } from '../../../../../cluster/agent/edge/machine/resources';
import { printResources, readResources } from '../../../../../cluster/model/resources';

const FULL = 'cpus:4;mem:1024;disk:1000;ports:[1-9]';
const read = async (resources: string, default_role = '*') =>
  printResources(readResources(await agentResources({ resources, default_role }, tmpdir())));
const mount = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 50 },
  disk: { source: { type: 'MOUNT', mount: { root: '/mnt/a' } } },
};

describe('the resources of an agent', () => {
  it('are what the operator says, and what is found for the rest', async () => {
    expect(await read(FULL)).toBe('cpus:4; disk:1000; mem:1024; ports:[1-9]');
    expect(await read('cpus:1')).toMatch(/^cpus:1; disk:\d+; mem:\d+; ports:\[31000-32000\]$/);
  });

  it('may come as JSON, with disks of their own', async () => {
    const rest = [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 2 }, role: 'web' },
      { name: 'mem', type: 'SCALAR', scalar: { value: 64 } },
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 1, end: 9 }] } },
    ];
    expect(await read(JSON.stringify([...rest, mount]))).toBe(
      'cpus(web):2; disk[MOUNT]:50; mem:64; ports:[1-9]',
    );
  });

  it('belong to the default role, unless they are somebody else’s', async () => {
    expect(await read('cpus(db):1;mem:64;disk:10;ports:[1-9]', 'web')).toBe(
      'cpus(db):1; disk(web):10; mem(web):64; ports(web):[1-9]',
    );
  });

  it.each([
    ['[{', /the JSON cannot be read/],
    ['[{"name":"cpus","type":"SCALAR"}]', /Invalid scalar resource/],
    [`[${JSON.stringify({ ...mount, name: 'cpus' })}]`, /DiskInfo should not be set for cpus/],
    ['cpus:1;cpus:[1-2]', /cpus is given with two types/],
    ['gpus:1.5', /The 'gpus' resource must be an unsigned integer/],
    ['cpus(a/):1', /Role 'a\/' cannot end with a slash/],
    [
      '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"a"}]}]',
      /cpus\(a\):1 is reserved dynamically/,
    ],
    ['[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]', /cpus\{REV\}:1 is revocable/],
    [
      '[{"name":"disk","type":"SCALAR","scalar":{"value":1},"role":"a",' +
        '"disk":{"persistence":{"id":"v"},"volume":{"container_path":"d","mode":"RW"}}}]',
      /is a persistent volume/,
    ],
  ])('%s is refused, and the flag is named', async (resources, expected) => {
    await expect(read(resources)).rejects.toThrow(/^--resources: /);
    await expect(read(resources)).rejects.toThrow(expected);
  });

  it('need a default role that is one', async () => {
    await expect(read(FULL, '/a')).rejects.toThrow("--default_role: Role '/a' cannot start with a slash");
  });
});
