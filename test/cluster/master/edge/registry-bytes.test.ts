import type { Registry } from '../../../../cluster/api/generated/internal';
import { decodeProtobuf, encodeProtobuf } from '../../../../cluster/api/protobuf';
import { registryEncoder } from '../../../../cluster/master/edge/registry-bytes';

const agent = (number: number, attributes = 0) => ({
  hostname: `host-${number}`,
  id: { value: `agent-${number}` },
  attributes: Array.from({ length: attributes }, (_none, index) => ({
    name: `a${index}`,
    type: 'TEXT' as const,
    text: { value: 'x'.repeat(number) },
  })),
});

function read(bytes: Uint8Array): Registry {
  return decodeProtobuf('mesos.internal.Registry', bytes);
}

const weights = [{ info: { role: 'a', weight: 2 } }];

describe('the encoder of the registry', () => {
  it.each([0, 1, 3, 300])('writes what the codec would write, with %d agents', (count) => {
    const slaves = Array.from({ length: count }, (_none, index) => ({ info: agent(index, index % 4) }));
    const registry: Registry = { weights, slaves: { slaves } };
    const bytes = registryEncoder()(registry);
    expect(read(bytes)).toEqual(read(encodeProtobuf('mesos.internal.Registry', registry)));
    expect(bytes.length).toBe(encodeProtobuf('mesos.internal.Registry', registry).length);
  });

  it('writes a decision about an agent that was encoded without it', () => {
    const encode = registryEncoder();
    const info = agent(1);
    encode({ slaves: { slaves: [{ info }] } });
    const wished = {
      slaves: {
        slaves: [{ info, deactivated: true, drain_info: { state: 'DRAINING' as const, config: {} } }],
      },
    };
    expect(read(encode(wished)).slaves?.slaves?.[0]).toMatchObject({
      deactivated: true,
      drain_info: { state: 'DRAINING' },
    });
    expect(read(encode({ slaves: { slaves: [{ info }] } })).slaves?.slaves?.[0]?.deactivated).toBeUndefined();
  });

  it('writes an agent as it is after a change', () => {
    const encode = registryEncoder();
    encode({ slaves: { slaves: [{ info: agent(1) }] } });
    const changed = { ...agent(1), hostname: 'other' };
    expect(read(encode({ slaves: { slaves: [{ info: changed }] } })).slaves?.slaves?.[0]?.info.hostname).toBe(
      'other',
    );
  });

  it('refuses an agent that lacks a required field, and names the field', () => {
    const broken = { info: { attributes: [] } } as unknown as { info: ReturnType<typeof agent> };
    expect(() => registryEncoder()({ slaves: { slaves: [broken] } })).toThrow(/hostname/);
  });
});
