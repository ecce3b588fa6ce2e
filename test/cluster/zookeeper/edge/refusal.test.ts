import { ZkError } from '../../../../cluster/zookeeper/edge/client';
import { ensembleRefusal } from '../../../../cluster/zookeeper/edge/refusal';

const URL = { servers: [{ host: 'a', port: 1 }], path: '/m', auth: undefined };
const FLAGS = { address: '--hosts', auth: '--auth' };

it.each([
  ['TIMEOUT', 'ZooKeeper at a:1 gave no answer (children: TIMEOUT): see --hosts'],
  ['NO_AUTH', 'ZooKeeper at a:1 refused (children: NO_AUTH): see --auth'],
  ['NO_NODE', 'ZooKeeper at a:1 refused (children: NO_NODE)'],
])('names the servers and the flag to look at: %s', (code, text) => {
  expect(ensembleRefusal(URL, new ZkError(code, 'children'), FLAGS).message).toBe(text);
});
