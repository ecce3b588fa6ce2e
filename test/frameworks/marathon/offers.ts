/**
 * Offers of Marathon's scripts, from words such as `cpus=4 mem=1024 ports=31000-31009 rack=r1`.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';

const SCALARS: ReadonlySet<string> = new Set(['cpus', 'mem', 'disk', 'gpus']);
const DEFAULTS = { cpus: '4', mem: '4096', ports: '31000-31009' };

/** An offer of one agent. What is no resource is an attribute, but for `host` and `zone`. */
export function offerOf(id: string, agentId: string, words: Readonly<Record<string, string>>): mesos.Offer {
  const { host = `${agentId}.test`, zone, ...rest } = { ...DEFAULTS, ...words } as Record<string, string>;
  const allocation_info = { role: '*' };
  const resources: mesos.Resource[] = [];
  const attributes: mesos.Attribute[] = [];
  for (const [name, text] of Object.entries(rest)) {
    const common = { name, role: '*', allocation_info };
    if (SCALARS.has(name)) resources.push({ ...common, type: 'SCALAR', scalar: { value: Number(text) } });
    else if (name === 'ports')
      resources.push({ ...common, type: 'RANGES', ranges: { range: [rangeOf(text)] } });
    else attributes.push({ name, type: 'TEXT', text: { value: text } });
  }
  return {
    id: { value: id },
    framework_id: { value: 'F1' },
    agent_id: { value: agentId },
    hostname: host,
    resources,
    attributes,
    allocation_info,
    ...(zone !== undefined && { domain: { fault_domain: { region: { name: 'r' }, zone: { name: zone } } } }),
  };
}

function rangeOf(text: string): { begin: number; end: number } {
  const [begin = 0, end = begin] = text.split('-').map(Number);
  return { begin, end };
}
