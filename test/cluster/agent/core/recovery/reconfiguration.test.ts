import { reconfigurationError } from '../../../../../cluster/agent/core/recovery/reconfiguration';
import type { SlaveInfo } from '../../../../../cluster/api/generated/internal';
import { readAttributeText } from '../../../../../cluster/model/resource-text';
import { resources } from '../../../master/builders';

const attributes = (text: string) => readAttributeText(text) as SlaveInfo['attributes'];

const INFO: SlaveInfo = {
  hostname: 'h',
  port: 5051,
  resources: resources({ cpus: '4', mem: '4096', ports: '31000-32000' }),
  attributes: attributes('rack:r1;level:10;span:[1-5]'),
  id: { value: 'S0' },
  checkpoint: true,
};
const REGION = { fault_domain: { region: { name: 'r' }, zone: { name: 'z' } } };

test.each([['equal'], ['additive'], ['any']] as const)(
  'under %s an agent that is the same goes on',
  (policy) => {
    expect(reconfigurationError(policy, INFO, { ...INFO, domain: undefined })).toBeUndefined();
  },
);

test.each<[what: string, change: Partial<SlaveInfo>]>([
  ['host name', { hostname: 'g' }],
  ['port', { port: 1 }],
  ['resources', { resources: resources({ cpus: '8', mem: '4096', ports: '31000-32000' }) }],
  ['attributes', { attributes: [] }],
  ['domain', { domain: REGION }],
])('under equal another %s is refused, and both infos are shown; under any it is not', (_what, change) => {
  const current = { ...INFO, ...change };
  expect(reconfigurationError('equal', INFO, current)).toMatch(
    /^Incompatible agent info detected\. \n[\s\S]*Old agent info:\nhostname: h\n[\s\S]*New agent info:\n/,
  );
  expect(reconfigurationError('any', INFO, current)).toBeUndefined();
});

test.each<[what: string, change: Partial<SlaveInfo>]>([
  ['more of a resource', { resources: resources({ cpus: '8', mem: '4096', ports: '30000-32000' }) }],
  ['another resource', { resources: resources({ cpus: '4', mem: '4096', ports: '31000-32000', gpus: '1' }) }],
  ['another attribute', { attributes: attributes('rack:r1;level:10;span:[1-5];os:linux') }],
  ['wider ranges', { attributes: attributes('rack:r1;level:10;span:[1-9]') }],
  ['a domain', { domain: REGION }],
])('under additive %s may be added', (_what, change) => {
  expect(reconfigurationError('additive', INFO, { ...INFO, ...change })).toBeUndefined();
});

const NOT = 'Configuration change not permitted under';
test.each<[change: Partial<SlaveInfo>, error: string]>([
  [{ hostname: 'g' }, `${NOT} \`additive\` policy: Hostname changed from h to g`],
  [{ port: 1 }, `${NOT} \`additive\` policy: Port changed from 5051 to 1`],
  [
    { resources: resources({ cpus: '4', ports: '31000-32000' }) },
    `${NOT} 'additive' policy. Resource not found: mem:4096`,
  ],
  [
    { resources: resources({ cpus: '2', mem: '4096', ports: '31000-32000' }) },
    `${NOT} 'additive' policy: Value of scalar resource 'cpus' decreased from 4 to 2`,
  ],
  [
    { resources: resources({ cpus: '4', mem: '4096', ports: '31000-31999' }) },
    `${NOT} 'additive' policy: Previous value of range resource 'ports' ([31000-32000]) not included in current [31000-31999]`,
  ],
  [{ attributes: [] }, `${NOT} 'additive' policy: Couldn't find attribute rack=r1`],
  [
    { attributes: attributes('rack:5;level:10;span:[1-5]') },
    `${NOT} 'additive' policy: Type of attribute 'rack' changed from TEXT to SCALAR`,
  ],
  [
    { attributes: attributes('rack:r2;level:10;span:[1-5]') },
    `${NOT} 'additive' policy: Value of text attribute 'rack' changed from r1 to r2`,
  ],
  [
    { attributes: attributes('rack:r1;level:11;span:[1-5]') },
    `${NOT} 'additive' policy: Value of scalar attribute 'level' changed from 10 to 11`,
  ],
  [
    { attributes: attributes('rack:r1;level:10;span:[2-5]') },
    `${NOT} 'additive' policy: Previous value of ranges resource 'span' ([1-5]) not included in current [2-5]`,
  ],
])('under additive %j is refused: %s', (change, error) => {
  expect(reconfigurationError('additive', INFO, { ...INFO, ...change })).toBe(error);
});

test('under additive a domain may not change', () => {
  const current = { ...INFO, domain: { fault_domain: { ...REGION.fault_domain, zone: { name: 'y' } } } };
  expect(reconfigurationError('additive', { ...INFO, domain: REGION }, current)).toMatch(
    /Domain changed from .*z.* to .*y/,
  );
});
