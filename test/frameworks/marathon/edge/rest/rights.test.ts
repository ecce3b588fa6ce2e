/** The limits of a sender with rights on one group, by every route: nothing tells what there is in another group. */

import { MarathonConversation } from '../../conversation';

const RULES = {
  rules: [
    { principals: ['root'], actions: ['*'], paths: ['/'] },
    { principals: ['alice'], actions: ['*'], paths: ['/a'] },
  ],
};
const TREE = {
  groups: [
    { id: 'a', apps: [{ id: 'web', cmd: 'w', cpus: 0.1, instances: 1 }] },
    { id: 'b', apps: [{ id: 'db', cmd: 'd', cpus: 0.1, instances: 1, role: '*' }] },
  ],
};
const POD = {
  id: '/b/pod',
  containers: [{ name: 'c', exec: { command: { shell: 'x' } }, resources: { cpus: 0.1, mem: 32 } }],
};

async function open(): Promise<(line: string) => Promise<string>> {
  const conversation = new MarathonConversation();
  const say = async (line: string): Promise<string> =>
    (await conversation.interpret(line.split(' '), line)).join('\n');
  await say(`PUT /v2/groups ${JSON.stringify(TREE)}`);
  await say('wait 6000');
  await say(`POST /v2/pods ${JSON.stringify(POD)}`);
  await say('wait 6000');
  await say(`acls ${JSON.stringify(RULES)}`);
  await say('as alice');
  return say;
}

const VERSION = '2030-01-01T00:00:00.001Z';

test.each([
  'GET /v2/apps/ID',
  'GET /v2/apps/ID/explain',
  'GET /v2/apps/ID/tasks',
  'GET /v2/apps/ID/versions',
  `GET /v2/apps/ID/versions/${VERSION}`,
  'GET /v2/apps/ID/versions/yesterday',
  'GET /v2/apps/GROUP/*',
  'GET /v2/apps/GROUP/*/tasks',
  'PUT /v2/apps/ID {"cpus":-1}',
  'PUT /v2/apps/ID {"role":"other"}',
  `PUT /v2/apps/ID {"version":"${VERSION}"}`,
  'PATCH /v2/apps/ID {"cpus":-1}',
  'PUT /v2/apps [{"id":"/ID","cpus":0.1,"cmd":"c"}]',
  'PATCH /v2/apps [{"id":"/ID","instances":0}]',
  'POST /v2/apps {"id":"/ID","cmd":"c"}',
  'POST /v2/apps/ID/restart',
  'DELETE /v2/apps/ID',
  'DELETE /v2/apps/ID/tasks',
  'DELETE /v2/apps/ID/tasks?host=none',
  'DELETE /v2/apps/ID/tasks/ID.1',
  'DELETE /v2/apps/GROUP/*/tasks',
  'DELETE /v2/queue/ID/delay',
  'GET /v2/pods/ID',
  'GET /v2/pods/ID::status',
  'GET /v2/pods/ID::versions',
  `GET /v2/pods/ID::versions/${VERSION}`,
  'GET /v2/pods/ID::versions/yesterday',
  'DELETE /v2/pods/ID',
  'DELETE /v2/pods/ID::instances ["a.instance-1"]',
  'DELETE /v2/pods/ID::instances/a.instance-1',
  'GET /v2/groups/GROUP',
  'GET /v2/groups/GROUP/apps',
  'GET /v2/groups/GROUP/versions',
  `GET /v2/groups/GROUP/versions/${VERSION}`,
  'POST /v2/groups {"id":"GROUP"}',
  'PUT /v2/groups/GROUP {"dependencies":[]}',
  'PUT /v2/groups/GROUP {"scaleBy":2}',
  `PUT /v2/groups/GROUP {"version":"${VERSION}"}`,
  'PATCH /v2/groups/GROUP {"enforceRole":true}',
  'DELETE /v2/groups/GROUP',
  'POST /v2/deployments/plan {"delete":"/ID"}',
  'POST /v2/deployments/plan {"delete":"/GROUP"}',
  'POST /v2/deployments/plan {"restart":"/ID"}',
  'POST /v2/deployments/plan {"apps":[{"id":"/ID","cpus":-1}]}',
  `POST /v2/deployments/plan {"path":"/GROUP","group":{"version":"${VERSION}"}}`,
])('%s is answered alike for what is hidden and for what is not there', async (line) => {
  const say = await open();
  const answerFor = async (group: string, spec: string): Promise<string> => {
    const id = `${group}/${spec}`;
    const text = await say(line.replaceAll('ID', id).replaceAll('GROUP', group));
    return text.replaceAll(id, 'ID').replaceAll(new RegExp(`/${group}\\b`, 'g'), '/GROUP');
  };
  const spec = line.includes('/v2/pods') ? 'pod' : 'db';
  const hidden = await answerFor('b', spec);
  expect(hidden).toBe(await answerFor('c', spec));
  await say('as root');
  expect(await say('apps')).toBe('/a/web 1/1 w\n/b/db 1/1 d');
});

test('force ends a deployment of several groups for those only who may update all of its apps', async () => {
  const say = await open();
  await say('as root');
  const scaled = (instances: number, ...ids: string[]): string =>
    `PUT /v2/apps?force=true ${JSON.stringify(ids.map((id) => ({ id, instances, cpus: 100 })))}`;
  const deployment = /D#\d+/.exec(await say(scaled(2, '/a/web', '/b/db')))?.[0];
  await say('as alice');
  const changes = [
    'PUT /v2/apps/a/web?force=true {"instances":1}',
    'POST /v2/apps/a/web/restart?force=true',
    'DELETE /v2/apps/a/web',
    'DELETE /v2/groups/a?force=true',
    'PUT /v2/groups/a?force=true {"apps":[]}',
    'DELETE /v2/apps/a/web/tasks?scale=true&force=true',
    'POST /v2/deployments/plan {"apps":[{"id":"/a/web","instances":1}],"force":true}',
  ];
  for (const change of changes)
    expect(`${change} ${await say(change)}`).toMatch(/ 409 .*locked by one or more/);
  expect(await say(`DELETE /v2/deployments/${deployment}?force=true`)).toMatch(/^403/);
  await say('as root');
  expect(await say('GET /v2/deployments')).toContain('"affectedApps":["/a/web","/b/db"]');
  expect(await say(scaled(1, '/a/web'))).toMatch(/^200/);
  await say('as alice');
  expect(await say('PUT /v2/apps/a/web?force=true {"instances":3}')).toMatch(/^200/);
});
