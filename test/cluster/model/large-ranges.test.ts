/** Numbers of ranges that a double cannot hold are refused by name, in whichever form they come. */

import { agentAttributes, agentResources } from '../../../cluster/agent/edge/machine/resources';
import { decodeJson } from '../../../cluster/api/json-read';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';
import { attributesJson } from '../../../cluster/api/state-json';
import { formError } from '../../../cluster/model/resource-errors';
import { readResourceText } from '../../../cluster/model/resource-text';

const LARGE = 9_007_199_254_740_993n;
const WHY = `${LARGE} is above ${Number.MAX_SAFE_INTEGER}, the largest number of a range`;
const json = `{"name":"ids","type":"RANGES","ranges":{"range":[{"begin":1,"end":${LARGE}}]}}`;

it('in the text of --resources', async () => {
  const text = `cpus:1;ids:[1-${LARGE}]`;
  const expected = `Cannot parse resource "ids:[1-${LARGE}]": Cannot parse ranges "[1-${LARGE}]": ${WHY}`;
  expect(readResourceText(text)).toEqual({ error: expected });
  const flags = { resources: text, default_role: '*' };
  await expect(agentResources(flags, '/')).rejects.toThrow(`--resources: ${expected}`);
});

it('in the JSON of --resources', async () => {
  const flags = { resources: `[${json}]`, default_role: '*' };
  await expect(agentResources(flags, '/')).rejects.toThrow("Invalid ranges resource 'ids': ");
});

it('in the text of --attributes', () => {
  expect(() => agentAttributes(`level:[1-${LARGE}]`)).toThrow(
    `--attributes: Cannot parse attribute "level:[1-${LARGE}]": Cannot parse ranges "[1-${LARGE}]": ${WHY}`,
  );
});

it('in JSON and in protobuf, with the very number', () => {
  const resource = decodeJson('mesos.v1.Resource', json);
  const again = decodeProtobuf(
    'mesos.v1.Resource',
    Buffer.from(encodeProtobuf('mesos.v1.Resource', resource)),
  );
  for (const candidate of [resource, again])
    expect(formError([candidate])).toContain(`Invalid ranges resource 'ids': ${WHY}`);
});

it('and the largest one that there may be is fine', () => {
  expect(readResourceText(`ids:[1-${Number.MAX_SAFE_INTEGER}]`)).not.toHaveProperty('error');
});

it('while attributes of others are shown as they came', () => {
  const level = { name: 'level', type: 'RANGES' as const, ranges: { range: [{ begin: 1, end: LARGE }] } };
  expect(attributesJson([level])).toBe(`{"level":"[1-${LARGE}]"}`);
});
